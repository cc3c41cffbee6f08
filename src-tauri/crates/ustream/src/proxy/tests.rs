#[cfg(target_os = "linux")]
mod kde;

use proxy_watch::{ProxyConfig, ProxyConfigSource, ProxyMode, parse};

use super::desktop::Desktop;
use super::environment::Environment;
use super::*;

const SERVICE: &str = "https://video.ibm.com/recorded/1";

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn environment<const N: usize>(variables: [(&str, &str); N]) -> Environment {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Environment::of(variables.into_iter().map(own).collect())
}

/// Returns settings as if they had just been read.
fn settings(environment: Environment, desktop: ProxyConfig) -> ProxySettings {
    let state = State {
        desktop: Some(Arc::new(Desktop::of(desktop))),
        asked_at: Some(Instant::now() + Duration::from_hours(1)),
        ..State::default()
    };
    ProxySettings(Arc::new(Shared {
        environment,
        state: Mutex::new(state),
        has_read: Condvar::new(),
    }))
}

fn of_desktop(mode: ProxyMode) -> ProxySettings {
    let desktop = ProxyConfig::from_source(ProxyConfigSource::Registry, mode);
    settings(environment([]), desktop)
}

fn proxy(settings: &ProxySettings, address: &str) -> Option<String> {
    settings.proxy_for(&url(address)).map(String::from)
}

/// Returns name and password as the client reads them from a proxy's URL.
fn login(proxy: &Url) -> (String, String) {
    let decoded = |text| {
        let text = percent_encoding::percent_decode_str(text);
        text.decode_utf8().unwrap().into_owned()
    };
    (
        decoded(proxy.username()),
        decoded(proxy.password().unwrap_or_default()),
    )
}

#[test]
fn names_and_passwords_of_the_environment_hold_as_they_are_written() {
    for (written, name, password) in [
        ("http://ada:secret@proxy:3128", "ada", "secret"),
        ("http://ada:p@ss@proxy:3128", "ada", "p@ss"),
        ("ada:p@ss@proxy:3128", "ada", "p@ss"),
        ("http://ada:p%40ss@proxy:3128/", "ada", "p@ss"),
        ("http://ada:#/?[]\\ %:x@proxy:3128", "ada", "#/?[]\\ %:x"),
        (
            "http://CORP\\ada:100%sure@proxy:3128",
            "CORP\\ada",
            "100%sure",
        ),
        (
            "http://ada@corp.example:a:b@proxy:3128",
            "ada@corp.example",
            "a:b",
        ),
        ("ada:s://x@proxy:3128", "ada", "s://x"),
        ("http://ada:Grüße@proxy:3128", "ada", "Grüße"),
        ("socks5h://ada:p@ss@proxy:3128", "ada", "p@ss"),
    ] {
        let settings = settings(
            environment([("HTTPS_PROXY", written)]),
            ProxyConfig::direct(),
        );
        let proxy = settings.proxy_for(&url(SERVICE)).unwrap();
        assert_eq!(address(&proxy), "proxy:3128", "{written}");
        let expected = (name.to_owned(), password.to_owned());
        assert_eq!(login(&proxy), expected, "{written}");
        // The client reads the URL with another parser.
        reqwest::Proxy::all(proxy).unwrap();
    }
}

#[test]
fn the_environment_is_read_in_both_cases_and_for_each_scheme() {
    let both = environment([("https_proxy", "a:1"), ("HTTP_PROXY", "b:2")]);
    let both = settings(both, ProxyConfig::direct());
    assert_eq!(proxy(&both, SERVICE).unwrap(), "http://a:1/");
    assert_eq!(proxy(&both, "http://video.ibm.com").unwrap(), "http://b:2/");
    let all = environment([
        ("ALL_PROXY", "socks5://c:1080"),
        ("no_proxy", "ibm.com, 10.0.0.0/8"),
    ]);
    let all = settings(all, ProxyConfig::direct());
    assert_eq!(
        proxy(&all, "https://ustream.tv/").unwrap(),
        "socks5://c:1080"
    );
    for direct in [SERVICE, "https://10.1.2.3/"] {
        assert_eq!(proxy(&all, direct), None, "{direct}");
    }
}

#[test]
fn a_header_of_a_request_names_no_proxy() {
    let cgi = environment([
        ("REQUEST_METHOD", "GET"),
        ("HTTP_PROXY", "evil:1"),
        ("HTTPS_PROXY", "good:1"),
    ]);
    let cgi = settings(cgi, ProxyConfig::direct());
    assert_eq!(proxy(&cgi, "http://video.ibm.com/"), None);
    assert_eq!(proxy(&cgi, SERVICE).unwrap(), "http://good:1/");
}

#[test]
fn the_proxy_of_the_desktop_holds_if_the_environment_names_none() {
    let desktop = || {
        let mode = parse::windows_manual("desktop:8080", "<local>");
        ProxyConfig::from_source(ProxyConfigSource::Registry, mode)
    };
    let used = |environment| proxy(&settings(environment, desktop()), SERVICE);
    assert_eq!(used(environment([])).unwrap(), "http://desktop:8080/");
    let named = environment([("HTTPS_PROXY", "http://environment:1")]);
    assert_eq!(used(named).unwrap(), "http://environment:1/");
    assert_eq!(used(environment([("NO_PROXY", "*")])), None);
    assert_eq!(
        used(environment([("HTTPS_PROXY", "")])),
        None,
        "none at all"
    );
}

#[test]
fn the_lists_of_windows_are_read() {
    let per_scheme = of_desktop(parse::windows_manual(
        "http=plain:80;https=secure:8080",
        "*.cdn.example;192.168.*;<local>",
    ));
    assert_eq!(proxy(&per_scheme, SERVICE).unwrap(), "http://secure:8080/");
    let plain = proxy(&per_scheme, "http://video.ibm.com/");
    assert_eq!(plain.unwrap(), "http://plain/");
    for direct in [
        "https://vod.cdn.example/1.flv",
        "https://192.168.7.1/",
        "https://intranet/",
    ] {
        assert_eq!(proxy(&per_scheme, direct), None, "{direct}");
    }
    let single = of_desktop(parse::windows_manual("single:3128", ""));
    assert_eq!(proxy(&single, SERVICE).unwrap(), "http://single:3128/");
}

#[test]
fn a_typed_login_is_sent_to_the_proxy_that_asked_and_to_no_other() {
    let desktop = parse::windows_manual("http=plain:80;https=secure:8080", "");
    let settings = of_desktop(desktop);
    assert_eq!(settings.log_in("ada", "x"), None, "no proxy has asked");
    assert_eq!(proxy(&settings, SERVICE).unwrap(), "http://secure:8080/");
    let kept = settings.clone().log_in("CORP\\ada", "p@ss: ü%41").unwrap();
    assert_eq!(kept.proxy, "secure:8080");
    let secure = settings.proxy_for(&url(SERVICE)).unwrap();
    let expected = ("CORP\\ada".to_owned(), "p@ss: ü%41".to_owned());
    assert_eq!(login(&secure), expected);
    let plain = proxy(&settings, "http://video.ibm.com/");
    assert_eq!(plain.unwrap(), "http://plain/");
    let next_start = of_desktop(parse::windows_manual("secure:8080", ""));
    next_start.restore(kept.clone());
    let again = next_start.proxy_for(&url(SERVICE)).unwrap();
    assert_eq!(login(&again), expected);
    assert!(!format!("{kept:?}").contains("p@ss"));
}

#[test]
fn a_typed_login_replaces_that_of_the_environment() {
    let environment = environment([("HTTPS_PROXY", "http://ada:old@proxy:1")]);
    let settings = settings(environment, ProxyConfig::direct());
    settings.proxy_for(&url(SERVICE));
    settings.log_in("ada", "new");
    let proxy = settings.proxy_for(&url(SERVICE)).unwrap();
    assert_eq!(login(&proxy), ("ada".to_owned(), "new".to_owned()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_pac_file_that_nobody_evaluates_is_named_once_it_was_asked() {
    let script = url("http://ada:secret@config.example/proxy.pac");
    let settings = of_desktop(ProxyMode::pac(script));
    assert_eq!(settings.unread_script(), None);
    assert_eq!(proxy(&settings, SERVICE), None);
    let named = settings.unread_script().unwrap();
    assert_eq!(named, "http://config.example/proxy.pac");
    let found = of_desktop(ProxyMode::WpadAutoDetect);
    assert_eq!(proxy(&found, SERVICE), None);
    assert_eq!(found.unread_script().unwrap(), "wpad.dat");
    let fixed = of_desktop(parse::windows_manual("proxy:1", ""));
    proxy(&fixed, SERVICE);
    assert_eq!(fixed.unread_script(), None);
}

#[test]
fn settings_that_hang_or_fail_hold_no_connection_up_for_long() {
    let state = State {
        asked_at: Some(Instant::now()),
        is_reading: true,
        ..State::default()
    };
    let hanging = ProxySettings(Arc::new(Shared {
        environment: environment([]),
        state: Mutex::new(state),
        has_read: Condvar::new(),
    }));
    let start = Instant::now();
    assert_eq!(proxy(&hanging, SERVICE), None);
    assert!(start.elapsed() >= READ_TIMEOUT.mul_f64(0.9));
    assert_eq!(proxy(&hanging, SERVICE), None);
    assert!(start.elapsed() < READ_TIMEOUT + Duration::from_secs(2));
}
