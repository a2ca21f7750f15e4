//! What is really written to a connection for a response that a fault tampered with: bytes, pauses
//! and an end. It is played past hyper, which would only write what is in order.

use std::{fmt::Write, time::Duration};

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_LENGTH, response::Parts};
use seams::Keyed;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::cut::{Cut, Pieces, Then};

/// How long a closed connection still takes what its client sends. Closing with bytes unread would
/// reset it.
const DRAIN: Duration = Duration::from_secs(1);

/// What to do with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Script {
    acts: Vec<Act>,
    end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Act {
    Send(Bytes),
    Pause(Duration),
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It is kept.
    Keep,
    /// It is closed in order.
    Close,
    /// It is reset.
    Reset,
}

impl Script {
    /// The script of a response that bears a mark.
    pub(super) async fn of(response: Response, is_head: bool) -> Self {
        let (mut parts, body) = response.into_parts();
        let body = whole(&mut parts, body, is_head).await;
        let cut = parts.extensions.remove::<Cut>();
        match (cut, parts.extensions.remove::<Pieces>()) {
            (Some(cut), _) => Self::cut(cut, &parts, &body),
            (None, Some(pieces)) => Self::pieces(pieces, &parts, body),
            (None, None) => Self::new(vec![Act::Send(head(&parts)), Act::Send(body)], End::Keep),
        }
    }

    fn new(acts: Vec<Act>, end: End) -> Self {
        Self { acts, end }
    }

    fn cut(cut: Cut, parts: &Parts, body: &Bytes) -> Self {
        match cut {
            Cut::NoReply => Self::new(Vec::new(), End::Close),
            Cut::Reset => Self::new(Vec::new(), End::Reset),
            Cut::Garbage(bytes) => Self::new(vec![Act::Send(bytes)], End::Close),
            Cut::MidBody { after, then } => {
                let part = body.slice(..after.min(body.len()));
                let mut acts = vec![Act::Send(head(parts)), Act::Send(part)];
                let end = match then {
                    Then::Close => End::Close,
                    Then::Reset => {
                        // What was written just before a reset may be thrown away with it.
                        acts.push(Act::Pause(Duration::from_millis(1)));
                        End::Reset
                    }
                    Then::Stall(time) => {
                        acts.push(Act::Pause(time));
                        End::Reset
                    }
                };
                Self::new(acts, end)
            }
        }
    }

    fn pieces(pieces: Pieces, parts: &Parts, body: Bytes) -> Self {
        match pieces {
            Pieces::Small { bytes, pause } => {
                let mut acts = vec![Act::Send(head(parts))];
                let bytes = bytes.max(1);
                for start in (0..body.len()).step_by(bytes) {
                    let piece = body.slice(start..body.len().min(start + bytes));
                    acts.extend([Act::Send(piece), Act::Pause(pause)]);
                }
                acts.pop();
                Self::new(acts, End::Keep)
            }
            Pieces::Awkward { cuts, seed, pause } => {
                let head = head(parts);
                let places = awkward(&head, body.len(), cuts, seed);
                let all = Bytes::from([head, body].concat());
                Self::new(torn(&all, &places, pause), End::Keep)
            }
            Pieces::Misdeclared { by } => Self::misdeclared(by, parts, body),
        }
    }

    fn misdeclared(by: i64, parts: &Parts, body: Bytes) -> Self {
        let real = i64::try_from(body.len()).unwrap_or(i64::MAX);
        let mut headers = parts.headers.clone();
        let declared = real.saturating_add(by).max(0);
        headers.insert(CONTENT_LENGTH, declared.into());
        let head = written(parts.status, &headers);
        // Nobody can wait for bytes that never come; left-over ones lie in wait for the next reply.
        let end = if by > 0 { End::Close } else { End::Keep };
        Self::new(vec![Act::Send(head), Act::Send(body)], end)
    }

    /// Closes the connection where it would be kept.
    pub(super) fn make_last(&mut self) {
        if self.end == End::Keep {
            self.end = End::Close;
        }
    }

    /// Writes it; what becomes of the connection.
    pub(super) async fn play<Io>(self, io: &mut Io) -> End
    where
        Io: AsyncRead + AsyncWrite + Unpin,
    {
        for act in self.acts {
            match act {
                Act::Pause(time) => tokio::time::sleep(time).await,
                Act::Send(bytes) => {
                    let sent = io.write_all(&bytes).await;
                    if sent.is_err() || io.flush().await.is_err() {
                        return End::Reset;
                    }
                }
            }
        }
        self.end
    }
}

/// Closes the sending half, and takes what still comes.
pub(super) async fn close<Io: AsyncRead + AsyncWrite + Unpin>(mut io: Io) {
    let _ = io.shutdown().await;
    let _ = tokio::time::timeout(DRAIN, async {
        let mut rest = [0; 1024];
        while io.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    })
    .await;
}

/// The body in one piece, and its length among the headers, as hyper would have it.
async fn whole(parts: &mut Parts, body: Body, is_head: bool) -> Bytes {
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let is_bodiless = parts.status.is_informational()
        || [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED].contains(&parts.status);
    if !is_bodiless && !is_head && !parts.headers.contains_key(CONTENT_LENGTH) {
        let length = HeaderValue::from(body.len());
        parts.headers.insert(CONTENT_LENGTH, length);
    }
    if is_head || is_bodiless {
        return Bytes::new();
    }
    body
}

fn head(parts: &Parts) -> Bytes {
    written(parts.status, &parts.headers)
}

/// A status line and headers (RFC 9112, 4 and 5).
fn written(status: StatusCode, headers: &HeaderMap) -> Bytes {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut line = String::new();
    let _ = write!(line, "HTTP/1.1 {} {reason}\r\n", status.as_str());
    let mut head = line.into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head.into()
}

/// Where to cut: after the first byte, in the status, between CR and LF of the first line and of
/// the end of the head, after the first byte of the body, before the last; and at drawn places.
fn awkward(head: &[u8], body: usize, cuts: u64, seed: u64) -> Vec<usize> {
    let (start, all) = (head.len(), head.len() + body);
    let first_line = head.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let draw = |n| Keyed::new(seed).draw("split", "reply", n).below(all as u64);
    let drawn = (0..cuts).map(|n| usize::try_from(draw(n)).unwrap_or(0));
    let fixed = [1, 10, first_line, start - 1, start + 1, all - 1];
    let mut places: Vec<usize> = fixed.into_iter().chain(drawn).collect();
    places.retain(|place| (1..all).contains(place));
    places.sort_unstable();
    places.dedup();
    places
}

fn torn(all: &Bytes, places: &[usize], pause: Duration) -> Vec<Act> {
    let mut acts = Vec::with_capacity(places.len() * 2 + 1);
    let mut start = 0;
    for place in places {
        acts.extend([Act::Send(all.slice(start..*place)), Act::Pause(pause)]);
        start = *place;
    }
    acts.push(Act::Send(all.slice(start..)));
    acts
}
