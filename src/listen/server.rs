//! Connections and their limits: how many, and how long each may take.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::routes::{Counter, Peer, router};

/// What may be under way when the listener is told to end has so long for it.
const GRACE: Duration = Duration::from_secs(10);
/// Without free descriptors there is nothing to do but wait.
const BREATH: Duration = Duration::from_millis(100);
/// Bytes of a head; Flash's is far smaller.
const LARGEST_HEAD: usize = 16 << 10;

/// Serves until `shutdown` completes. One request a connection: there is nothing to gain from keeping it, and who
/// keeps it keeps others out.
pub(super) async fn run(listener: TcpListener, shutdown: impl Future<Output = ()> + Send, counter: Counter) {
    let limits = counter.limits();
    let places = Arc::new(Semaphore::new(limits.connections.max(1)));
    let router = router(counter);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { continue };
        let service = TowerToHyperService::new(router.clone().layer(Extension(Peer(peer))));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.reading)
            .keep_alive(false)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // head, body, and as long again for whoever is slow to take the answer
            let _ = tokio::time::timeout(limits.reading * 3, connection).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, std::net::IpAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer.ip().to_canonical(), place)),
        Err(error) => {
            tracing::debug!(%error, "a connection was not accepted");
            tokio::time::sleep(BREATH).await;
            None
        }
    }
}
