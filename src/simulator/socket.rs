//! Sockets that can be cut from inside a request.
//!
//! An HTTP framework answers every request; a broken network does not. Each connection therefore comes with a
//! [`Cut`]: a handle by which the request's own handler ends the connection below HTTP.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const WHOLE: usize = 0;
const RESET: usize = usize::MAX;

/// Ends one connection. Holds how many bytes of the next write go missing.
#[derive(Debug, Clone, Default)]
pub(super) struct Cut(Arc<AtomicUsize>);

impl Cut {
    /// The next write fails and the peer gets a TCP reset instead.
    pub(super) fn reset(&self) {
        self.0.store(RESET, Ordering::Relaxed);
    }

    /// The next write loses its last `bytes`, then the connection closes.
    pub(super) fn lose(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Cuttable>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(super) struct Cuttable(pub(super) TcpListener);

impl Listener for Cuttable {
    type Io = Socket;
    /// The handle travels in the place of the peer's address, which nobody here asks for.
    type Addr = Cut;

    async fn accept(&mut self) -> (Socket, Cut) {
        let (stream, _): (TcpStream, SocketAddr) = Listener::accept(&mut self.0).await;
        // Without it, small answers wait for the client's delayed acknowledgement. Failing only costs speed.
        let _ = stream.set_nodelay(true);
        let cut = Cut::default();
        (Socket { stream, cut: cut.clone() }, cut)
    }

    fn local_addr(&self) -> io::Result<Cut> {
        Ok(Cut::default())
    }
}

/// A TCP connection under the eyes of its [`Cut`].
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    cut: Cut,
}

impl Socket {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.get_mut().stream)
    }
}

fn cut_off() -> io::Error {
    io::Error::from(io::ErrorKind::ConnectionReset)
}

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, buf)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.cut.0.load(Ordering::Relaxed) {
            WHOLE => self.stream().poll_write(cx, buf),
            RESET => {
                // With no time to linger, closing sends a reset. A peer that is gone already needs none.
                let _ = self.stream.set_zero_linger();
                Poll::Ready(Err(cut_off()))
            }
            missing => {
                // An answer fits the send buffer of its connection; a smaller piece is a cut answer as well.
                let _ = self.stream().poll_write(cx, &buf[..buf.len().saturating_sub(missing)]);
                Poll::Ready(Err(cut_off()))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}
