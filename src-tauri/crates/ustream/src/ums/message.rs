//! Parses messages of the control connection (observed, unless a comment says otherwise).
//!
//! The reader is lenient: a frame may hold one command or a list of them, and the arguments may be
//! a list, a map with numbers for keys, one object, or missing.

use serde_json::Value;

use super::stream::{self, StreamState};
use crate::{Error, lenient_json};

/// Largest frame that is read, a hundred times the largest observed.
pub(crate) const MAX_FRAME_BYTES: usize = 4 << 20;

/// Name of the control connection in errors.
pub(crate) const WHAT: &str = "the control connection";

/// One command of the service.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Information about the recording.
    ModuleInfo(Box<ModuleInfo>),
    /// The connection is refused. The reasons, redirects first.
    Reject(Vec<Reject>),
    /// Where to continue long polling.
    Tracking(Tracking),
    /// The service closes the connection.
    Close,
    /// Another command, by name; ignored.
    Other(String),
}

/// Where to continue long polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Host name; `None` for the host that was asked.
    pub host: Option<String>,
    /// Id of the connection on that host.
    pub connection: String,
}

/// Information about the recording. A message may hold any part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleInfo {
    /// How the recording is stored, or that there is none.
    pub stream: Option<StreamState>,
    /// Servers of its segments, the preferred one first.
    pub sites: Vec<Site>,
    /// Title.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Length in milliseconds, stated outside the stream.
    pub length: Option<u64>,
}

/// A server of segments, as the service names it. Not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Host name.
    pub host: String,
    /// Path of the root folder on it.
    pub path: String,
}

/// Why a connection is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Another host is responsible.
    Cluster {
        /// Name of its cluster, of which the host name is built.
        name: Option<String>,
        /// Its host name.
        host: Option<String>,
    },
    /// The page that embeds the recording must be named.
    Referrer {
        /// URL of a page that is accepted.
        redirect_url: Option<String>,
    },
    /// The recording does not exist.
    Nonexistent,
    /// It is not available in this country.
    Region,
    /// A password is required.
    Password,
    /// The hash of a sign-up form is required.
    Hash,
    /// A login is required.
    Login,
    /// Another reason, by the service's name for it.
    Other(String),
}

/// Parses one frame. Unknown members are ignored, and so is an item that is not a command.
///
/// Fails with [`Error::TooLarge`] above 4 MiB and [`Error::Malformed`] if it is not JSON.
pub fn parse(frame: &str) -> Result<Vec<Command>, Error> {
    if frame.len() > MAX_FRAME_BYTES {
        return Err(Error::TooLarge {
            what: WHAT,
            limit_bytes: MAX_FRAME_BYTES,
        });
    }
    let value = lenient_json::read(frame.as_bytes(), WHAT)?;
    Ok(lenient_json::items(&value)
        .into_iter()
        .filter_map(command)
        .collect())
}

fn command(value: &Value) -> Option<Command> {
    let name = value.get("cmd")?.as_str()?;
    let arguments = lenient_json::items_of(value, "args");
    Some(match name {
        "moduleInfo" => Command::ModuleInfo(Box::new(module_info(&arguments))),
        "reject" => Command::Reject(rejects(&arguments)),
        "close" => Command::Close,
        "tracking" => match tracking(&arguments) {
            Some(tracking) => Command::Tracking(tracking),
            None => Command::Other(lenient_json::clean_text(name)),
        },
        _ => Command::Other(lenient_json::clean_text(name)),
    })
}

fn tracking(arguments: &[&Value]) -> Option<Tracking> {
    arguments.iter().find_map(|argument| {
        Some(Tracking {
            host: lenient_json::text_of(argument, "host"),
            connection: lenient_json::text_of(argument, "connectionId")?,
        })
    })
}

fn module_info(arguments: &[&Value]) -> ModuleInfo {
    let mut info = ModuleInfo::default();
    for argument in arguments {
        if let Some(stream) = lenient_json::member(argument, "stream") {
            info.stream = Some(stream::read(stream));
            // The path is part of the stream's format: only the host is taken here.
            let hosts = stream::servers(stream).into_iter().map(|site| site.host);
            for host in hosts {
                let path = String::new();
                add(Site { host, path }, &mut info.sites);
            }
        }
        if let Some(config) = lenient_json::member(argument, "cdnConfig") {
            sites(config, &mut info.sites);
        }
        if let Some(meta) = lenient_json::member(argument, "meta") {
            info.title = lenient_json::text_of(meta, "title").or(info.title);
            info.owner = lenient_json::text_of(meta, "userName").or(info.owner);
            info.length = stream::length_of(meta).or(info.length);
        }
    }
    info
}

/// Reads `data[].data[].sites[]`: the first is preferred, the others are alternatives.
fn sites(config: &Value, found: &mut Vec<Site>) {
    let groups = lenient_json::items_of(config, "data");
    let sites = groups
        .into_iter()
        .flat_map(|group| lenient_json::items_of(group, "data"))
        .flat_map(|location| lenient_json::items_of(location, "sites"));
    for site in sites {
        let Some(host) = lenient_json::text_of(site, "host") else {
            continue;
        };
        let path = lenient_json::text_of(site, "path").unwrap_or_default();
        add(Site { host, path }, found);
    }
}

fn add(site: Site, found: &mut Vec<Site>) {
    const MAX_SITES: usize = 16;
    if found.len() < MAX_SITES && !found.contains(&site) {
        found.push(site);
    }
}

fn rejects(arguments: &[&Value]) -> Vec<Reject> {
    let mut rejects = Vec::new();
    for argument in arguments {
        match argument {
            Value::Object(reasons) => rejects.extend(
                reasons
                    .iter()
                    .filter(|(_, body)| lenient_json::is_set(body))
                    .map(|(key, body)| reject(key, body)),
            ),
            Value::String(key) => rejects.push(reject(key, &Value::Null)),
            _ => {}
        }
    }
    rejects.sort_by_key(|reject| match reject {
        Reject::Cluster { .. } => 0,
        Reject::Referrer { .. } => 1,
        Reject::Other(_) => 3,
        _ => 2,
    });
    rejects
}

/// Reads one reason. Most names of locks are known only from the service's SDK, such as
/// `passwordLock` or `hashLock`, so the significant part of the name decides.
fn reject(key: &str, body: &Value) -> Reject {
    let name = key.to_ascii_lowercase();
    let has_any = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if has_any(&["cluster"]) {
        Reject::Cluster {
            name: lenient_json::text_of(body, "name"),
            host: lenient_json::text_of(body, "host"),
        }
    } else if has_any(&["refer"]) {
        Reject::Referrer {
            redirect_url: lenient_json::text_of(body, "redirectUrl"),
        }
    } else if has_any(&["nonexist", "notfound", "not_found", "removed", "deleted"]) {
        Reject::Nonexistent
    } else if has_any(&["geo"]) {
        Reject::Region
    } else if has_any(&["password"]) {
        Reject::Password
    } else if has_any(&["sso", "saml", "oidc", "login", "member", "invite"]) {
        Reject::Login
    } else if has_any(&["hash", "auth", "registration"]) {
        Reject::Hash
    } else {
        Reject::Other(lenient_json::clean_text(key))
    }
}

#[cfg(test)]
mod tests;
