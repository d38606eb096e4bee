//! `bidseal-ca`: the command line of the demonstration authority.

mod failure;
mod order;
mod pins;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ca::{Authority, RecoveryOffice, UnblockRequest};
use clap::{Args, Parser, Subcommand, ValueEnum};
use durable::{Parts, Replace, check_target};
use time::OffsetDateTime;
use x509::CertificateRequest;

use failure::{Failure, Shown};
use order::Order;

/// Largest request file read, in bytes.
const LARGEST_REQUEST: u64 = 1024 * 1024;

/// A certification authority for demonstrations and tests, never for real bids: its keys are plain files.
///
/// 演示用证书颁发机构：私钥以文件保存，仅供演示与测试，不得用于真实投标。
#[derive(Parser)]
#[command(name = "bidseal-ca", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a root and an issuing authority in an empty folder. 新建
    Create {
        /// The folder, absent or empty.
        folder: PathBuf,
        /// sm, rsa, p256 or p384.
        #[arg(long)]
        suite: algo::Suite,
        /// Name of the authority, part of its common names.
        #[arg(long)]
        name: String,
    },
    /// Issue one certificate for a request whose sender holds the key. 签发
    Issue(Issue),
    /// Write the root certificate, which goes into a trust folder. 导出根证书
    Root {
        /// The authority's folder.
        folder: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Write the certificate by which tokens are enrolled for unblocking. 导出解锁服务证书
    Recovery {
        /// The authority's folder.
        folder: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Answer a token's request for unblocking; check first who asks. 签发解锁凭证
    Voucher {
        /// The authority's folder.
        folder: PathBuf,
        /// The request that `bidseal pin unblock --request` wrote.
        #[arg(long)]
        request: PathBuf,
        /// For a key with a way of its own (SKF): read {"admin_pin":"…","new_pin":"…"} from standard input. Without
        /// new_pin one is made and printed, to be told to the holder. SKF 密钥：从标准输入读取管理员 PIN 与新 PIN
        #[arg(long)]
        pins_stdin: bool,
        #[command(flatten)]
        output: Output,
    },
    /// Write the issuing and the root certificate. 导出证书链
    Chain {
        /// The authority's folder.
        folder: PathBuf,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
struct Issue {
    /// The authority's folder.
    folder: PathBuf,
    /// Signing certificate (签名证书) or encryption certificate (加密证书).
    #[arg(long = "use")]
    wanted: Wanted,
    /// The certificate request: PEM, DER or base64.
    #[arg(long)]
    request: PathBuf,
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Wanted {
    Sign,
    Encrypt,
}

#[derive(Args)]
struct Output {
    /// Where to write: certificates in PEM, a voucher in DER.
    #[arg(short, long)]
    output: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

fn main() -> ExitCode {
    match run(CommandLine::parse().command, OffsetDateTime::now_utc()) {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("bidseal-ca: {}", Shown(&failure));
            failure.exit_code()
        }
    }
}

fn run(command: Command, now: OffsetDateTime) -> Result<String, Failure> {
    match command {
        Command::Create { folder, suite, name } => {
            let authority = Authority::create(&folder, suite, &name, now)?;
            eprintln!(
                "For demonstrations only: the keys in {} are plain files. 仅供演示：私钥为普通文件。",
                folder.display()
            );
            Ok(format!("{}\n{}", authority.root().subject(), authority.issuing().subject()))
        }
        Command::Issue(issue) => issue.run(now),
        Command::Root { folder, output } => {
            let authority = Authority::open(&folder)?;
            output.write(&folder, &[], authority.root().to_pem().as_bytes())
        }
        Command::Recovery { folder, output } => {
            let office = recovery_office(&folder, now)?;
            output.write(&folder, &[], office.certificate().to_pem().as_bytes())
        }
        Command::Voucher { folder, request, pins_stdin, output } => {
            let asked = UnblockRequest::parse(&read(&request)?)?;
            let chain = Authority::open(&folder)?.chain();
            let mut office = recovery_office(&folder, now)?;
            let mut told = format!("{} ({}:{})", asked.label, asked.provider, asked.token);
            let voucher = if pins_stdin {
                let (pins, made) = pins::read()?;
                if made {
                    told += &format!("\nnew PIN 新 PIN: {}", pins.new.expose_str());
                }
                office.key_voucher(&asked, &pins, &chain, now)?
            } else {
                office.voucher(&asked, &chain, now)?
            };
            output.write(&folder, &[&request], &voucher)?;
            Ok(told)
        }
        Command::Chain { folder, output } => {
            let authority = Authority::open(&folder)?;
            let pem: String = authority.chain().iter().map(x509::Certificate::to_pem).collect();
            output.write(&folder, &[], pem.as_bytes())
        }
    }
}

impl Issue {
    fn run(self, now: OffsetDateTime) -> Result<String, Failure> {
        let wanted = match self.wanted {
            Wanted::Sign => ca::CertificateUse::Sign,
            Wanted::Encrypt => ca::CertificateUse::Encrypt,
        };
        let request = CertificateRequest::from_any(&read(&self.request)?)?.prove()?;
        let authority = Authority::open(&self.folder)?;
        let certificate = authority.issue(&request, wanted, self.order.validity(now), &self.order.ids())?;
        self.output.write(&self.folder, &[&self.request], certificate.to_pem().as_bytes())?;
        Ok(format!("{}\nserial {}", certificate.subject(), certificate.serial()))
    }
}

impl Output {
    fn write(&self, home: &Path, inputs: &[&Path], content: &[u8]) -> Result<String, Failure> {
        let replace = if self.force { Replace::Existing } else { Replace::Never };
        check_target(&self.output, inputs, replace)?;
        let mut part = Parts::open(home)?.create(&self.output, "ca.output")?;
        part.write_all(content).map_err(|error| durable::WriteError::from_io(&self.output, error))?;
        part.commit(replace)?;
        Ok(self.output.display().to_string())
    }
}

/// The office of an authority, made at its first use.
fn recovery_office(folder: &Path, now: OffsetDateTime) -> Result<RecoveryOffice, Failure> {
    if let Some(office) = Authority::open_recovery_office(folder)? {
        return Ok(office);
    }
    let office = Authority::open(folder)?.recovery_office(now)?;
    Authority::keep_recovery_office(folder, &office)?;
    Ok(office)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(LARGEST_REQUEST).read_to_end(&mut bytes))
        .map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    Ok(bytes)
}
