//! Messages of a page, before they are understood.

use client::{Code, Failure};
use protocol::{Id, Incoming, RemoteError, RpcCode};
use serde_json::Value;

use crate::server;
use crate::shell::Shell;

/// Deepest nesting of a message. Ours need four levels.
const MAX_DEPTH: usize = 32;
/// Longest name of a call, in bytes.
const MAX_ID: usize = 64;

/// A call, if the text is one.
///
/// # Errors
/// [`Code::WebMessage`].
pub(crate) fn read(text: &str) -> Result<Incoming, Failure> {
    let unreadable = |reason: &str| Failure::new(Code::WebMessage).with("reason", reason);
    if !is_shallow(text) {
        return Err(unreadable("too_deep"));
    }
    let call: Incoming = serde_json::from_str(text).map_err(|_| unreadable("not_a_call"))?;
    let named = match &call.id {
        Id::Number(_) => true,
        Id::Text(text) => text.len() <= MAX_ID,
    };
    if call.jsonrpc == "2.0" && named { Ok(call) } else { Err(unreadable("not_a_call")) }
}

/// Counts brackets outside of texts, so that a parser never sees a bomb.
fn is_shallow(text: &str) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return false;
        }
    }
    true
}

/// A failure as the page gets it. Where its documents lie, and so the person's name on this computer, is left out.
pub(crate) fn remote(failure: &Failure, shell: &dyn Shell) -> RemoteError {
    let number = match failure.code() {
        Code::WebMessage => RpcCode::Request,
        Code::WebMethod => RpcCode::Method,
        Code::WebParams => RpcCode::Params,
        _ => RpcCode::Refused,
    };
    let told = failure.told(shell.words());
    let folder = server::folder(shell.home()).display().to_string();
    let data = told.data.into_iter().map(|(name, value)| (name, without_places(value, &folder))).collect();
    RemoteError::new(number, told.code, named_only(&told.message, &folder), named_only(&told.hint, &folder), data)
}

/// The texts of a value, each without its folders.
fn without_places(value: Value, folder: &str) -> Value {
    match value {
        Value::String(text) => Value::String(named_only(&text, folder)),
        Value::Array(values) => values.into_iter().map(|value| without_places(value, folder)).collect(),
        other => other,
    }
}

/// A text in which every path below `folder` has become the last part of it.
fn named_only(text: &str, folder: &str) -> String {
    let mut parts = text.split(folder);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // folder/CONNECTION/HANDLE/NAME; both are letters, digits, - and _ only
        let mut rest = part.trim_start_matches(['/', '\\']);
        for _ in 0..2 {
            rest = rest.split_once(['/', '\\']).map_or(rest, |(_, name)| name);
        }
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_calls_are_read() {
        let call = |text: &str| read(text).map(|call| call.method).ok();
        assert_eq!(call(r#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{}}"#).as_deref(), Some("hello"));
        assert_eq!(call(r#"{"jsonrpc":"2.0","id":"a","method":"x"}"#).as_deref(), Some("x"));
        for text in [
            "",
            "null",
            "[]",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\"}]",
            r#"{"jsonrpc":"1.0","id":1,"method":"hello"}"#,
            r#"{"jsonrpc":"2.0","method":"hello"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"hello"}"#,
            r#"{"jsonrpc":"2.0","id":-1,"method":"hello"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"hello","pin":"123456"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"hello"} x"#,
        ] {
            assert_eq!(call(text), None, "{text}");
        }
        let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"x"}}"#, "a".repeat(65));
        assert_eq!(call(&long), None);
    }

    #[test]
    fn a_page_never_learns_where_its_documents_lie() {
        let text = "cannot read /srv/zhang/.bidseal/agent/00ff/a-b_c/标书.pdf: no certificate";
        assert_eq!(named_only(text, "/srv/zhang/.bidseal/agent"), "cannot read 标书.pdf: no certificate");
        assert_eq!(named_only("nothing here", "/srv/zhang/.bidseal/agent"), "nothing here");
    }

    #[test]
    fn depth_is_counted_outside_of_texts() {
        assert!(is_shallow(&format!("{}{}", "[".repeat(32), "]".repeat(32))));
        assert!(!is_shallow(&"[".repeat(33)));
        assert!(!is_shallow(&"{\"a\":".repeat(33)));
        assert!(is_shallow(&format!("\"{}\"", "[".repeat(1000))));
        assert!(is_shallow(&format!("\"\\\"{}\"", "[".repeat(1000))));
        assert!(is_shallow(&"[],".repeat(1000)));
    }
}
