use std::collections::HashMap;

use super::super::system::kde;
use super::*;

/// Returns the settings that a `kioslaverc` stands for.
fn of_kde(text: &str) -> Option<ProxySettings> {
    let entries: HashMap<String, String> = kde::entries_of(text).into_iter().collect();
    let variable = |name: &str| match name {
        "MY_PROXY" => Some("http://variable:1".to_owned()),
        "MY_EXCEPTIONS" => Some("ibm.com".to_owned()),
        _ => None,
    };
    kde::mode(&entries, variable).map(of_desktop)
}

#[test]
fn the_file_of_kde_is_read() {
    let manual = "[$Version]\nupdate_info=kioslave.upd:kde2.2/r1\n\n[Proxy Settings][$i]\n\
        NoProxyFor[$e]=localhost,.cdn.example,10.0.0.0/8\nProxyType=1\nReversedException=false\n\
        ftpProxy=\nhttpProxy=http://proxy.example 3128\nhttpsProxy=proxy.example:8443/\n\
        socksProxy=socks://socks.example 1080\n\n[Other]\nProxyType=0\n";
    let settings = of_kde(manual).unwrap();
    assert_eq!(
        proxy(&settings, "http://video.ibm.com/").unwrap(),
        "http://proxy.example:3128/"
    );
    assert_eq!(
        proxy(&settings, SERVICE).unwrap(),
        "http://proxy.example:8443/"
    );
    for direct in ["https://vod.cdn.example/", "https://10.1.2.3/"] {
        assert_eq!(proxy(&settings, direct), None, "{direct}");
    }
    let reversed = manual.replace("ReversedException=false", "ReversedException=true");
    let reversed = of_kde(&reversed).unwrap();
    assert_eq!(proxy(&reversed, SERVICE), None);
    assert!(proxy(&reversed, "https://vod.cdn.example/").is_some());
}

#[test]
fn the_other_kinds_of_proxy_of_kde_are_read() {
    let group = |entries: &str| of_kde(&format!("[Proxy Settings]\n{entries}\n"));
    assert!(group("httpProxy=a 1").is_none(), "it does not say which");
    let none = group("ProxyType=0\nhttpsProxy=a 1").unwrap();
    assert_eq!(proxy(&none, SERVICE), None);
    let script = "ProxyType=2\nProxy Config Script=http://config.example/proxy.pac";
    assert!(group(script).is_some());
    assert!(group("ProxyType=2\nProxy Config Script=/etc/proxy.pac").is_some());
    assert!(group("ProxyType=2\nProxy Config Script=").is_none());
    let of_variables = "ProxyType=4\nhttpsProxy=MY_PROXY\nNoProxyFor=MY_EXCEPTIONS";
    let of_variables = group(of_variables).unwrap();
    assert_eq!(proxy(&of_variables, SERVICE), None);
    assert_eq!(
        proxy(&of_variables, "https://ustream.tv/").unwrap(),
        "http://variable:1/"
    );
}
