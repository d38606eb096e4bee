//! A home folder with soft tokens, and a keyring that lies in a folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use algo::{Pin, Secret, Suite};
use durable::Parts;
use token::{KeyringFailed, KeyringHalf, Provider, SoftProvider, Token, TokenRef};

pub const FACTORY: &str = "123456";
pub const GOOD: &str = "投标pin2026";
pub const OTHER: &str = "another-pin-1";
pub const WRONG: &str = "wrong-pin-1";

pub fn pin(text: &str) -> Pin {
    Pin::new(text).unwrap()
}

/// A home folder; with a keyring where `keyring` is set.
pub struct Home {
    pub path: PathBuf,
    keyring: bool,
}

impl Home {
    pub fn new(path: &Path, keyring: bool) -> Self {
        Self { path: path.to_owned(), keyring }
    }

    pub fn keyring(&self) -> FolderKeyring {
        FolderKeyring(self.path.join("keyring"))
    }

    pub fn parts(&self) -> Parts {
        Parts::open(&self.path).unwrap()
    }

    pub fn provider(&self) -> SoftProvider {
        let keyring = self.keyring.then(|| Box::new(self.keyring()) as Box<dyn KeyringHalf>);
        SoftProvider::new(self.path.join("tokens"), self.parts(), keyring)
    }

    /// The only token of this home.
    pub fn token_ref(&self) -> TokenRef {
        let tokens = self.provider().tokens().unwrap();
        assert_eq!(tokens.len(), 1);
        tokens[0].clone()
    }

    pub fn token(&self) -> Box<dyn Token> {
        self.provider().open(&self.token_ref()).unwrap()
    }

    pub fn token_folder(&self) -> PathBuf {
        self.path.join("tokens").join(self.token_ref().id)
    }

    /// A token with PIN [`GOOD`]; answers its PUK as printed.
    pub fn make_activated(&self, suite: Suite) -> Pin {
        self.provider().init("测试", suite).unwrap();
        self.token().activate(&pin(FACTORY), &pin(GOOD)).unwrap().expect("a soft token gives a PUK").printable()
    }

    /// Partial files that are there now, anywhere in the home.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        files_below(&self.path)
            .into_iter()
            .filter(|path| path.components().any(|part| part.as_os_str().to_string_lossy().ends_with(".part")))
            .collect()
    }
}

pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

pub fn put(path: &Path, bytes: &[u8]) {
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

/// A keyring that other processes see too, and that can be made to fail: a file `silent` in it takes its voice away.
pub struct FolderKeyring(PathBuf);

impl FolderKeyring {
    pub fn set_silent(&self, silent: bool) {
        fs::create_dir_all(&self.0).unwrap();
        let _ = fs::remove_file(self.0.join("silent"));
        if silent {
            put(&self.0.join("silent"), b"");
        }
    }

    pub fn entries(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).map(|entries| entries.map(|entry| entry.unwrap().file_name()).collect());
        let entries: Vec<std::ffi::OsString> = entries.unwrap_or_default();
        entries.into_iter().map(|name| name.into_string().unwrap()).filter(|name| name != "silent").collect()
    }

    fn answers(&self) -> Result<(), KeyringFailed> {
        match self.0.join("silent").exists() {
            true => Err(KeyringFailed("locked".to_owned())),
            false => Ok(()),
        }
    }
}

impl KeyringHalf for FolderKeyring {
    fn read(&self, name: &str) -> Result<Option<Secret>, KeyringFailed> {
        self.answers()?;
        Ok(fs::read(self.0.join(name)).ok().map(Secret::from))
    }

    fn write(&self, name: &str, value: &Secret) -> Result<(), KeyringFailed> {
        self.answers()?;
        fs::create_dir_all(&self.0).unwrap();
        put(&self.0.join(name), value.expose());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), KeyringFailed> {
        self.answers()?;
        let _ = fs::remove_file(self.0.join(name));
        Ok(())
    }
}
