//! Somebody who is told of runs: a socket that keeps what is posted to it and answers as scripted.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    Redirect(String),
    Never,
}

/// A receiver. Requests beyond the script are answered with 200.
pub struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<Posted>>>,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Posted {
    pub head: String,
    pub body: String,
}

impl Posted {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

impl Receiver {
    pub fn start(script: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        let mut script: VecDeque<Reply> = script.to_vec().into();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(posted) = read(&stream) else { continue };
                kept.lock().expect("a list").push(posted);
                answer(stream, script.pop_front().unwrap_or(Reply::Status(200)));
            }
        });
        Self { port, heard }
    }

    /// Where it is, behind a path that nobody else may learn.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks/canary-path?key=canary-key", self.port)
    }

    pub fn heard(&self) -> Vec<Posted> {
        self.heard.lock().expect("a list").clone()
    }

    /// The events that it was told of.
    pub fn events(&self) -> Vec<String> {
        self.heard()
            .iter()
            .map(|posted| posted.json()["event"].as_str().expect("a word").to_owned())
            .collect()
    }
}

fn read(mut stream: &TcpStream) -> Option<Posted> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                return Some(Posted { head: head.to_owned(), body: body.to_owned() });
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

fn answer(mut stream: TcpStream, reply: Reply) {
    let text = match reply {
        Reply::Status(status) => {
            format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Reply::Redirect(to) => {
            format!("HTTP/1.1 307 There\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
        Reply::Never => {
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_secs(60));
                drop(stream);
            });
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes());
}
