//! Reads the proxies of KDE: the group `Proxy Settings` of `kioslaverc`.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::PathBuf;

use proxy_watch::{
    ProxyConfig, ProxyConfigSource, ProxyEndpoint, ProxyEntry, ProxyMode, Scheme, parse,
};
use url::Url;

/// Bytes of the file that are read.
const MAX_BYTES: u64 = 256 << 10;

/// Port of a proxy that names none, as in the dialog of KDE.
const DEFAULT_PORT: u16 = 8080;

/// Keys of the proxies, and what they are for.
const PROXIES: [(&str, Scheme); 3] = [
    ("httpProxy", Scheme::Http),
    ("httpsProxy", Scheme::Https),
    ("socksProxy", Scheme::Socks),
];

/// Reads the settings of the person, and for what is not among them those of the computer. `None` if
/// nothing is set.
pub(super) fn read() -> Option<ProxyConfig> {
    let mut entries = HashMap::new();
    for file in files() {
        for (key, value) in entries_of(&text_of(&file)) {
            entries.entry(key).or_insert(value);
        }
    }
    let variable = |name: &str| std::env::var(name).ok();
    let mode = mode(&entries, variable)?;
    Some(ProxyConfig::from_source(
        ProxyConfigSource::Kioslaverc,
        mode,
    ))
}

/// Returns the files, that of the person first.
fn files() -> Vec<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let own = folder("XDG_CONFIG_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(PathBuf::from(folder("HOME")?).join(".config")));
    let shared = folder("XDG_CONFIG_DIRS").unwrap_or_else(|| "/etc/xdg".into());
    own.into_iter()
        .chain(std::env::split_paths(&shared))
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("kioslaverc"))
        .collect()
}

fn text_of(file: &PathBuf) -> String {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(file).and_then(|file| {
        // A pipe of that name would never end.
        if !file.metadata()?.is_file() {
            return Ok(0);
        }
        file.take(MAX_BYTES).read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}

/// Returns the entries of the group `Proxy Settings`, without the flags of their keys (`[$e]`).
pub(in crate::proxy) fn entries_of(text: &str) -> Vec<(String, String)> {
    let mut is_in_group = false;
    let mut entries = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_in_group = line.starts_with("[Proxy Settings]");
        } else if is_in_group
            && !line.starts_with('#')
            && let Some((key, value)) = line.split_once('=')
        {
            let key = key.split('[').next().unwrap_or_default().trim();
            entries.push((key.to_owned(), value.trim().to_owned()));
        }
    }
    entries
}

/// Returns what the entries say; `None` if they do not say which kind of proxy is used. `variable`
/// reads the environment, whose variables the file may name in place of proxies.
pub(in crate::proxy) fn mode(
    entries: &HashMap<String, String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<ProxyMode> {
    let value = |key: &str| entries.get(key).map_or("", String::as_str);
    let no_proxy = value("NoProxyFor").to_owned();
    Some(match value("ProxyType").parse::<u8>().ok()? {
        1 => manual(
            |key| Some(value(key).to_owned()),
            &no_proxy,
            is_true(value("ReversedException")),
        ),
        2 => ProxyMode::pac(script_url(value("Proxy Config Script"))?),
        3 => ProxyMode::WpadAutoDetect,
        4 => {
            let no_proxy = variable(&no_proxy).unwrap_or_default();
            manual(|key| variable(value(key)), &no_proxy, false)
        }
        _ => ProxyMode::Direct,
    })
}

fn is_true(text: &str) -> bool {
    ["true", "1", "yes", "on"].contains(&text.to_ascii_lowercase().as_str())
}

fn manual(
    value: impl Fn(&str) -> Option<String>,
    no_proxy: &str,
    is_only_for_listed: bool,
) -> ProxyMode {
    let proxies = PROXIES.iter().filter_map(|(key, scheme)| {
        let proxy = ProxyEndpoint::parse(&with_colon(&value(key)?), DEFAULT_PORT).ok()?;
        Some((*scheme, ProxyEntry::Use(proxy)))
    });
    let mut bypass = parse::no_proxy(no_proxy);
    bypass.reversed_exceptions = is_only_for_listed;
    ProxyMode::manual(proxies.collect(), bypass)
}

/// Joins host and port, between which KDE writes a space.
fn with_colon(address: &str) -> String {
    let address = address.trim();
    match address.rsplit_once(' ') {
        Some((host, port)) if port.parse::<u16>().is_ok() => {
            format!("{}:{port}", host.trim().trim_end_matches('/'))
        }
        _ => address.to_owned(),
    }
}

/// Reads the address of a PAC file, which may be a path.
fn script_url(text: &str) -> Option<Url> {
    Url::parse(text)
        .or_else(|_| Url::from_file_path(text).map_err(|()| url::ParseError::EmptyHost))
        .ok()
}
