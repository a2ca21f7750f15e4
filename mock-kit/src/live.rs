//! A mock as a process on a real socket: it serves, sends its webhooks, and dies when told to.

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use seams::Wire;
use tokio::net::TcpListener;

use crate::{
    mock::Mock,
    serve::{bind, serve_until_death},
    vendor::Vendor,
};

/// How long until a port that is still taken is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// Serves `mock` and sends its webhooks through `wire`, until `stop` is done. When
/// [`Mock::crash`] says so, all connections break, nobody listens for as long as it said, and the
/// mock comes back at the same address with what [`Mock::revive`] keeps.
///
/// # Errors
/// When the listener does not know its address.
pub async fn live<V: Vendor>(
    mock: &Mock<V>,
    mut listener: TcpListener,
    wire: Wire,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut stop = pin!(stop);
    loop {
        let driver = tokio::spawn(mock.drive(wire.clone()));
        let dead_for = serve_until_death(listener, mock.site(), &mut stop, mock.doomed()).await;
        driver.abort();
        let Some(dead_for) = dead_for else {
            return Ok(());
        };
        mock.die();
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            again = rebound(address, dead_for) => listener = again,
        }
        if let Err(error) = mock.revive() {
            tracing::error!(%error, "the mock cannot read its own state");
        }
    }
}

async fn rebound(address: SocketAddr, dead_for: Duration) -> TcpListener {
    tokio::time::sleep(dead_for).await;
    loop {
        match bind(address).await {
            Ok(listener) => return listener,
            Err(error) => {
                tracing::warn!(%error, "cannot listen again yet");
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}
