//! The wire over real sockets.

use bytes::Bytes;
use http::{Request, Response};

use crate::{Wire, WireError};

/// A wire over `reqwest`: pooled connections, no redirects followed, no proxy.
///
/// # Errors
/// When the client cannot be built.
pub fn wire() -> Result<Wire, WireError> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| WireError::Protocol(error.to_string()))?;
    Ok(Wire::new(move |request| send(client.clone(), request)))
}

async fn send(
    client: reqwest::Client,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, WireError> {
    let request = reqwest::Request::try_from(request.map(reqwest::Body::from))
        .map_err(|error| WireError::Protocol(without_url(error)))?;
    let answer = client.execute(request).await.map_err(classify)?;
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.version_mut() = answer.version();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer
        .bytes()
        .await
        .map_err(|error| WireError::Cut(without_url(error)))?;
    Ok(response)
}

fn classify(error: reqwest::Error) -> WireError {
    if error.is_connect() {
        WireError::Refused(without_url(error))
    } else if error.is_body() || error.is_decode() {
        WireError::Cut(without_url(error))
    } else {
        WireError::Closed(without_url(error))
    }
}

/// A URL can carry a secret in its query; an error message must not.
fn without_url(error: reqwest::Error) -> String {
    error.without_url().to_string()
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};

    use super::*;

    /// A server that reads one request, writes `reply` as it stands and closes.
    async fn server_saying(reply: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(reply).await.unwrap();
        });
        url
    }

    async fn get(url: &str) -> Result<Response<Bytes>, WireError> {
        wire()
            .unwrap()
            .send(Request::get(url).body(Bytes::new()).unwrap())
            .await
    }

    #[tokio::test]
    async fn a_whole_reply_comes_back_whatever_its_status() {
        let url = server_saying(b"HTTP/1.1 503 x\r\ncontent-length: 2\r\n\r\nno").await;
        let reply = get(&url).await.unwrap();
        assert_eq!(
            (reply.status().as_u16(), reply.body().as_ref()),
            (503, b"no".as_ref())
        );
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let url =
            server_saying(b"HTTP/1.1 302 x\r\nlocation: /\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(get(&url).await.unwrap().status().as_u16(), 302);
    }

    #[tokio::test]
    async fn nothing_cut_and_refused_are_told_apart() {
        let closed = get(&server_saying(b"").await).await.unwrap_err();
        assert!(matches!(closed, WireError::Closed(_)), "{closed:?}");
        let cut =
            get(&server_saying(b"HTTP/1.1 200 x\r\ncontent-length: 9\r\n\r\nhalf").await).await;
        assert!(matches!(cut, Err(WireError::Cut(_))), "{cut:?}");
        let free = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        let refused = get(&format!("http://{free}/?key=secret"))
            .await
            .unwrap_err();
        assert!(matches!(refused, WireError::Refused(_)), "{refused:?}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
}
