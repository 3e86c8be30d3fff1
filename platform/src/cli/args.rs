//! The arguments.

use super::Failure;
use crate::builder::Builder;
use crate::config::{
    AddressBy, AskMetadata, BindConflict, DEFAULT_USER, IdentifierStar, LargeMessages, Notify, SessionIds, Switches,
    UnknownThings, WrongSession,
};
use crate::platform::Platform;
use crate::thing::ThingDefinition;
use crate::tls::TlsSource;
use clap::Parser;
use log::LevelFilter;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use thiserror::Error;
use twedge::wire::MessageCode;

/// Why no application key could be read.
#[derive(Debug, Error)]
#[error("no application key can be read from {path}: {reason}")]
pub(super) struct KeyError {
    path: PathBuf,
    reason: String,
}

/// A local AlwaysOn platform: edge devices connect to it, REST clients read and write their properties and call their
/// services.
///
/// The first line on standard output is "listening on ADDRESS:PORT". The program ends with SIGINT or SIGTERM.
///
/// REST, with the application key in the header appKey or in the query:
///   GET      /Thingworx/Things                              all things
///   GET      /Thingworx/Things/THING/Properties             all properties
///   GET      /Thingworx/Things/THING/Properties/NAME        one; ?source=device asks the device
///   PUT      /Thingworx/Things/THING/Properties/NAME        {"NAME": value}; NAME * writes several
///   POST     /Thingworx/Things/THING/Services/NAME          {"parameter": value}; ?timeout=SECONDS
///   GET PUT  /twedge/things/THING                           everything known; define it (form of --things)
///   GET      /twedge/things/THING/events                    events; .../properties/NAME/history: past values
///   GET      /twedge/things/THING/properties/NAME/duplicates  values that were pushed more than once
///   PUT      /twedge/things/THING/properties/NAME/push      {"pushType": "VALUE", "pushThreshold": 2}
///   POST     /twedge/things/THING/metadata                  ask the device what it has
///   GET      /twedge/connections, /twedge/findings, /twedge/counters
///   DELETE   /twedge/connections/ID                         close a connection
///   POST     /twedge/faults                                 {"at": "bind", "answer": 132, "times": 1}; GET, DELETE .../ID
#[derive(Parser)]
#[command(version, verbatim_doc_comment, max_term_width = 120)]
pub(super) struct Args {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Port to listen on; 0 is any free one.
    #[arg(long, short, default_value_t = 8080)]
    port: u16,
    /// Encrypt. Without --cert an authority and a certificate are made at the start.
    #[arg(long)]
    tls: bool,
    /// Certificate chain, PEM.
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// Key of the certificate, PEM, without password.
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// Make a certificate that is its own authority.
    #[arg(long, requires = "tls", conflicts_with = "cert")]
    self_signed: bool,
    /// Names and addresses that the certificate is made for.
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "localhost,127.0.0.1,::1")]
    tls_name: Vec<String>,
    /// Write the certificate that devices have to trust to this file, PEM: for twApi_LoadCACert.
    #[arg(long, value_name = "FILE")]
    pub(super) write_ca: Option<PathBuf>,
    /// Valid application key, with its user. May be given several times; otherwise the demo key is valid. Others on
    /// this machine can see arguments: prefer --app-key-file or the environment.
    #[arg(long, value_name = "KEY[=USER]", env = "TWEDGE_APP_KEY", hide_env_values = true)]
    app_key: Vec<String>,
    /// File with valid application keys, one KEY[=USER] a line.
    #[arg(long, value_name = "FILE")]
    app_key_file: Option<PathBuf>,
    /// Thing definitions, JSON: {"things": [{"name": "Pump", "properties": {"Speed": {"baseType": "NUMBER",
    /// "pushType": "ALWAYS"}}}]}. Optional per thing: identifier, template, description, services, events; per
    /// property: description, remote, pushType, pushThreshold, value.
    #[arg(long, value_name = "FILE")]
    things: Option<PathBuf>,
    /// Log each message in words.
    #[arg(long)]
    log: bool,
    /// Log warnings and errors only.
    #[arg(long, short, conflicts_with = "log")]
    quiet: bool,
    /// Do not agree to permessage-deflate.
    #[arg(long)]
    no_compression: bool,
    #[command(flatten)]
    timers: TimerArgs,
    #[command(flatten)]
    switches: SwitchArgs,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Time limits in seconds")]
struct TimerArgs {
    /// For the HTTP request of a new connection.
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    upgrade_timeout: Duration,
    /// From the upgrade to a successful AUTH.
    #[arg(long, value_name = "S", default_value = "15", value_parser = seconds)]
    auth_timeout: Duration,
    /// For a device's answer to a request.
    #[arg(long, value_name = "S", default_value = "30", value_parser = seconds)]
    request_timeout: Duration,
    /// A silent connection is closed after this.
    #[arg(long, value_name = "S", default_value = "60", value_parser = seconds)]
    idle_timeout: Duration,
    /// A silent connection is pinged after this; 0: never.
    #[arg(long, value_name = "S", default_value = "45", value_parser = seconds)]
    ping_after: Duration,
    /// For the answer to GetMetadata before NotifyPropertyUpdate goes out all the same.
    #[arg(long, value_name = "S", default_value = "3", value_parser = seconds)]
    metadata_timeout: Duration,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Open questions of the protocol")]
struct SwitchArgs {
    /// First session id, counted up per connection; random ones otherwise.
    #[arg(long, value_name = "N")]
    session_ids_from: Option<u32>,
    /// What happens to messages with a wrong session id.
    #[arg(long, value_enum, default_value = "serve")]
    wrong_session: WrongSession,
    /// How large messages are sent.
    #[arg(long, value_enum, default_value = "multipart")]
    large_messages: LargeMessages,
    /// Largest message that is not cut.
    #[arg(long, value_name = "BYTES", default_value_t = 8192)]
    chunk_size: u16,
    /// End messages with an empty frame.
    #[arg(long)]
    empty_last_frame: bool,
    /// Endpoint id in requests to devices.
    #[arg(long, value_name = "N", default_value_t = 0)]
    endpoint_id: u32,
    /// Id of the first request to a device on each connection.
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_request_id: u32,
    /// Header in requests to devices. May be given several times.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    request_header: Vec<(String, String)>,
    /// Refuse BIND in chunks.
    #[arg(long)]
    no_multipart_bind: bool,
    /// Code that a wrong key is answered with.
    #[arg(long, value_name = "CODE", default_value = "UNAUTHORIZED", value_parser = code)]
    wrong_key_code: MessageCode,
    /// Who keeps a name that two connections bind.
    #[arg(long, value_enum, default_value = "first-wins")]
    bind_conflict: BindConflict,
    /// Code that the BIND of a name is answered with which is bound elsewhere.
    #[arg(long, value_name = "CODE", default_value = "FORBIDDEN", value_parser = code)]
    bind_refused_code: MessageCode,
    /// What the BIND of a name leads to that no thing has.
    #[arg(long, value_enum, default_value = "create")]
    unknown_things: UnknownThings,
    /// Code that calls of unknown services are answered with.
    #[arg(long, value_name = "CODE", default_value = "NOT_FOUND", value_parser = code)]
    unknown_service_code: MessageCode,
    /// Whether the star in front of an identifier is part of it.
    #[arg(long, value_enum, default_value = "either")]
    identifier_star: IdentifierStar,
    /// Which name requests to a thing go to.
    #[arg(long, value_enum, default_value = "bound-name")]
    address_by: AddressBy,
    /// When devices are asked with GetMetadata what a thing has.
    #[arg(long, value_enum, default_value = "unknown")]
    metadata: AskMetadata,
    /// Try SynchronizeModelState before NotifyPropertyUpdate.
    #[arg(long)]
    synchronize_model_state: bool,
    /// When NotifyPropertyUpdate goes out.
    #[arg(long, value_enum, default_value = "after-bind")]
    notify: Notify,
    /// Send LONG values as such; as NUMBER otherwise.
    #[arg(long)]
    send_long: bool,
    /// Answer KEEP_ALIVE.
    #[arg(long)]
    answer_keep_alive: bool,
    /// Show times before 1970 as if DATETIME were unsigned.
    #[arg(long)]
    unsigned_datetime: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text} is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("it has the form NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// A code of an answer, by name or in hexadecimal.
fn code(text: &str) -> Result<MessageCode, String> {
    let number = u8::from_str_radix(text.trim_start_matches("0x"), 16).ok().filter(|number| *number >= 0x40);
    let named = || (0x40..=0xff).map(MessageCode).find(|code| code.name() == Some(text));
    number.map(MessageCode).or_else(named).ok_or(format!("{text} is no code of an answer, such as NOT_FOUND or 84"))
}

impl Args {
    pub(super) fn verbosity(&self) -> LevelFilter {
        if self.quiet { LevelFilter::Warn } else { LevelFilter::Info }
    }

    pub(super) fn uses_demo_key(&self) -> bool {
        self.app_key.is_empty() && self.app_key_file.is_none()
    }

    /// The platform that the arguments describe.
    pub(super) fn builder(&self) -> Result<Builder, Failure> {
        let mut builder = Platform::builder()
            .listen(SocketAddr::new(self.address, self.port))
            .compression(!self.no_compression)
            .log_messages(self.log)
            .timers(|timers| {
                timers.upgrade = self.timers.upgrade_timeout;
                timers.auth = self.timers.auth_timeout;
                timers.request = self.timers.request_timeout;
                timers.idle = self.timers.idle_timeout;
                timers.ping = Some(self.timers.ping_after).filter(|wait| !wait.is_zero());
                timers.metadata = self.timers.metadata_timeout;
            })
            .switches(|switches| self.switches.set(switches));
        if let Some(source) = self.tls_source() {
            builder = builder.tls(source);
        }
        for line in self.keys()? {
            let (key, user) = line.split_once('=').unwrap_or((&line, DEFAULT_USER));
            builder = builder.app_key(key, user);
        }
        if let Some(path) = &self.things {
            for thing in ThingDefinition::load(path)? {
                builder = builder.thing(thing);
            }
        }
        Ok(builder)
    }

    fn tls_source(&self) -> Option<TlsSource> {
        let names = self.tls_name.clone();
        match (&self.cert, &self.key) {
            (Some(certificates), Some(key)) => {
                Some(TlsSource::Files { certificates: certificates.clone(), key: key.clone() })
            }
            _ if self.self_signed => Some(TlsSource::SelfSigned { names }),
            _ => self.tls.then_some(TlsSource::Generated { names }),
        }
    }

    fn keys(&self) -> Result<Vec<String>, KeyError> {
        let mut keys = self.app_key.clone();
        if let Some(path) = &self.app_key_file {
            let fail = |reason: String| KeyError { path: path.clone(), reason };
            let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
            let before = keys.len();
            keys.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
            if keys.len() == before {
                return Err(fail("there is none in it".to_owned()));
            }
        }
        Ok(keys)
    }
}

impl SwitchArgs {
    fn set(&self, switches: &mut Switches) {
        *switches = Switches {
            session_ids: self.session_ids_from.map_or(SessionIds::Random, SessionIds::From),
            wrong_session: self.wrong_session,
            large_messages: self.large_messages,
            chunk_size: self.chunk_size,
            empty_last_frame: self.empty_last_frame,
            endpoint_id: self.endpoint_id,
            first_request_id: self.first_request_id,
            request_headers: self.request_header.clone(),
            multipart_bind: !self.no_multipart_bind,
            wrong_key: self.wrong_key_code,
            bind_conflict: self.bind_conflict,
            bind_refused: self.bind_refused_code,
            unknown_things: self.unknown_things,
            unknown_service: self.unknown_service_code,
            identifier_star: self.identifier_star,
            address_by: self.address_by,
            metadata: self.metadata,
            synchronize_model_state: self.synchronize_model_state,
            notify: self.notify,
            send_long: self.send_long,
            answer_keep_alive: self.answer_keep_alive,
            unsigned_datetime: self.unsigned_datetime,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_arguments_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn defaults_are_those_of_the_library() {
        let args = Args::parse_from(["twedge-platform"]);
        let mut switches = Switches::default();
        args.switches.set(&mut switches);
        assert_eq!(format!("{switches:?}"), format!("{:?}", Switches::default()));
        let timers = crate::config::Timers::default();
        let given = (args.timers.upgrade_timeout, args.timers.auth_timeout, args.timers.request_timeout);
        assert_eq!(given, (timers.upgrade, timers.auth, timers.request));
        let given = (args.timers.idle_timeout, Some(args.timers.ping_after), args.timers.metadata_timeout);
        assert_eq!(given, (timers.idle, timers.ping, timers.metadata));
    }

    #[test]
    fn codes_by_name_and_number() {
        assert_eq!(code("NOT_FOUND"), Ok(MessageCode::NOT_FOUND));
        assert_eq!(code("85"), Ok(MessageCode::METHOD_NOT_ALLOWED));
        assert!(code("GET").is_err() && code("01").is_err());
    }
}
