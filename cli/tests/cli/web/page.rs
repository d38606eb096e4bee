//! A web page, as far as the agent sees it: a WebSocket with an origin.

use std::{net::TcpStream, time::Duration};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    Message, WebSocket, client::IntoClientRequest, handshake::client::generate_key, http::HeaderValue,
};

/// A connected page.
pub(super) struct Page {
    socket: WebSocket<TcpStream>,
    next: u64,
    pub(super) origin: String,
    pub(super) news: Vec<Value>,
}

impl Page {
    pub(super) fn open(port: u16, origin: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut request = format!("ws://127.0.0.1:{port}/v1").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", HeaderValue::from_str(origin).unwrap());
        headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static("bidseal.v1"));
        headers.insert("Sec-WebSocket-Key", HeaderValue::from_str(&generate_key()).unwrap());
        let (socket, _) = tokio_tungstenite::tungstenite::client(request, stream).unwrap();
        Self { socket, next: 1, origin: origin.to_owned(), news: Vec::new() }
    }

    /// Sends a call and gives its number.
    pub(super) fn send(&mut self, method: &str, params: &Value) -> u64 {
        let id = self.next;
        self.next += 1;
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        id
    }

    /// Sends text.
    pub(super) fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// The next message that is an answer; `None` when the agent has closed.
    pub(super) fn hear(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => {
                    let value: Value = serde_json::from_str(&text).unwrap();
                    if value.get("method").is_some() {
                        self.news.push(value);
                    } else {
                        return Some(value);
                    }
                }
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                _ => return None,
            }
        }
    }

    /// The next news of this kind.
    pub(super) fn news(&mut self, method: &str) -> Value {
        loop {
            if let Some(at) = self.news.iter().position(|news| news["method"] == method) {
                return self.news.remove(at)["params"].clone();
            }
            match self.socket.read().unwrap() {
                Message::Text(text) => self.news.push(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => panic!("the agent closed the connection"),
                _ => {}
            }
        }
    }

    /// The answer to a call.
    pub(super) fn answer(&mut self, id: u64) -> Result<Value, String> {
        let answer = self.hear().expect("the agent closed the connection");
        assert_eq!(answer["id"], json!(id), "{answer}");
        match answer.get("error") {
            None => Ok(answer["result"].clone()),
            Some(error) => Err(error["data"]["code"].as_str().unwrap().to_owned()),
        }
    }

    /// A call that waits for nobody.
    pub(super) fn call(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        let id = self.send(method, params);
        self.answer(id)
    }
}
