//! Reads what the control connection says, as liberally as it is said: one command or a list of
//! them, arguments as a list, a map, one object or not at all.

use serde_json::Value;

use super::stream::{self, StreamState};
use crate::{Error, lenient_json};

/// More than the service has been seen to say at once by two orders of magnitude.
pub(crate) const MAX_FRAME_BYTES: usize = 4 << 20;

/// Its name in errors.
pub(crate) const WHAT: &str = "the control connection";

/// One thing the service says.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// News about the recording.
    ModuleInfo(Box<ModuleInfo>),
    /// The connection is of no use; the reasons, those that lead on first.
    Reject(Vec<Reject>),
    /// Where long polling goes on.
    Tracking(Tracking),
    /// The other side hangs up.
    Close,
    /// Any other command, by name: none of them matters here.
    Other(String),
}

/// Where long polling goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Host name; the one that was asked where there is none.
    pub host: Option<String>,
    /// Name of the connection there.
    pub connection: String,
}

/// News about the recording; what is not said is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleInfo {
    /// How it is stored, or that it is not there.
    pub stream: Option<StreamState>,
    /// Hosts and paths of the servers that hold its pieces, best first.
    pub sites: Vec<Site>,
    /// Its title.
    pub title: Option<String>,
    /// Who made it.
    pub owner: Option<String>,
    /// A length that is said beside the stream.
    pub length: Option<u64>,
}

/// A server of pieces, as the service names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Host name.
    pub host: String,
    /// Where its tree begins.
    pub path: String,
}

/// Why a connection is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reject {
    /// Another host is in charge.
    Cluster {
        /// Its short name, to make the host's name of.
        name: Option<String>,
        /// Its host name.
        host: Option<String>,
    },
    /// The page that embeds it must be named.
    Referrer {
        /// A page that would do.
        redirect_url: Option<String>,
    },
    /// There is no such recording.
    Nonexistent,
    /// Not in this country.
    Region,
    /// A password is wanted.
    Password,
    /// The answer of a sign-up form is wanted.
    Hash,
    /// A login is wanted.
    Login,
    /// Something else, by the service's own name.
    Other(String),
}

/// Reads one frame.
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
            // The path is the stream's own: below the server it stands where it always does.
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

/// `data[].data[].sites[]`: the first is meant, the others are alternatives.
fn sites(config: &Value, found: &mut Vec<Site>) {
    let groups = lenient_json::items_of(config, "data");
    let sites = groups
        .into_iter()
        .flat_map(|group| lenient_json::items_of(group, "data"))
        .flat_map(|place| lenient_json::items_of(place, "sites"));
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

/// Most names of locks are known from the service's SDK only, as `passwordLock` or `hashLock`:
/// the telling part of the name decides.
fn reject(key: &str, body: &Value) -> Reject {
    let name = key.to_ascii_lowercase();
    let tells = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if tells(&["cluster"]) {
        Reject::Cluster {
            name: lenient_json::text_of(body, "name"),
            host: lenient_json::text_of(body, "host"),
        }
    } else if tells(&["refer"]) {
        Reject::Referrer {
            redirect_url: lenient_json::text_of(body, "redirectUrl"),
        }
    } else if tells(&["nonexist", "notfound", "not_found", "removed", "deleted"]) {
        Reject::Nonexistent
    } else if tells(&["geo"]) {
        Reject::Region
    } else if tells(&["password"]) {
        Reject::Password
    } else if tells(&["sso", "saml", "oidc", "login", "member", "invite"]) {
        Reject::Login
    } else if tells(&["hash", "auth", "registration"]) {
        Reject::Hash
    } else {
        Reject::Other(lenient_json::clean_text(key))
    }
}

#[cfg(test)]
mod tests;
