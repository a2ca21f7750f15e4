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
