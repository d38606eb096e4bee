//! Windows: its table of listeners names the process, and that its program.

pub(super) fn program(port: u16) -> Option<String> {
    let process = win32::listener(port)?;
    let program = process.program().ok()?;
    let name = program.file_name()?.to_string_lossy();
    Some(format!("{} ({})", client::printable(&name), process.number()))
}
