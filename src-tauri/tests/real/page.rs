//! A web page, as far as the agent sees it: a WebSocket with an origin.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket, client::IntoClientRequest, handshake::client::generate_key, http::HeaderValue};

use crate::{driver::Program, home::Home, session::PATIENCE};

/// A connected page.
pub(crate) struct Page {
    socket: WebSocket<TcpStream>,
    next: u64,
}

impl Page {
    /// A page that the person lets in, by one of the buttons of the question.
    pub(crate) fn let_in(program: &mut Program, home: &Home, origin: &str, button: &str) -> Self {
        let mut page = Self::open(home.agent_port(), origin);
        let connecting = page.send("connect", &json!({}));
        let question = program.question("consent-");
        assert!(program.text("main").contains(origin), "{}", program.text("main"));
        program.picture("connect");
        program.click_when_armed(button);
        program.back(&question);
        page.answer(connecting).unwrap();
        page
    }

    /// What the page wants signed so that the person is logged in: its certificate is the one that it may see.
    pub(crate) fn login(&mut self) -> Value {
        let certificates = self.send("certificates", &json!({}));
        let certificates = self.answer(certificates).unwrap();
        let all = certificates["certificates"].as_array().unwrap();
        let signing = all.iter().find(|one| one["can_sign"] == true).unwrap()["sha256"].as_str().unwrap();
        json!({ "certificate": signing, "nonce": "B".repeat(44) })
    }

    pub(crate) fn open(port: u16, origin: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("ws://127.0.0.1:{port}/v1").into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", HeaderValue::from_str(origin).unwrap());
        headers.insert("Sec-WebSocket-Protocol", HeaderValue::from_static("bidseal.v1"));
        headers.insert("Sec-WebSocket-Key", HeaderValue::from_str(&generate_key()).unwrap());
        let (socket, _) = tungstenite::client(request, stream).unwrap();
        Self { socket, next: 1 }
    }

    /// Sends a call; its number.
    pub(crate) fn send(&mut self, method: &str, params: &Value) -> u64 {
        let id = self.next;
        self.next += 1;
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.socket.send(Message::text(call.to_string())).unwrap();
        id
    }

    /// The answer to a call, or the code of its failure.
    pub(crate) fn answer(&mut self, id: u64) -> Result<Value, String> {
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let value: Value = serde_json::from_str(&text).unwrap();
            if value["id"] == id {
                let failed = || value["error"]["data"]["code"].as_str().unwrap_or("no code").to_owned();
                return value.get("result").cloned().ok_or_else(failed);
            }
        }
    }
}
