//! Finds out what stands between this computer and the service: no network, a log-in page, a wrong
//! clock.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, DATE};
use reqwest::{Response, StatusCode, Url};

use super::Client;
use crate::trust::{self, Validity};
use crate::{Error, hosts, http};

/// Timeout for opening a connection and receiving any response.
const REACH_TIMEOUT: Duration = Duration::from_secs(6);

/// A clock that differs by more than this from that of the service is wrong. Certificates are valid
/// for months, so smaller differences have no effect.
const MAX_CLOCK_ERROR: Duration = Duration::from_hours(24);

/// No host of the service sends a web page for these, so a web page comes from somebody else.
const API_PROBE: &str = "https://api.video.ibm.com/videos/1.json";
const SITE_PROBES: [&str; 2] = [
    "https://video.ibm.com/robots.txt",
    "http://www.ustream.tv/robots.txt",
];

/// What answers in the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The service.
    Service,
    /// A page on which one has to log in, in place of every host.
    LoginPage,
    /// Nothing.
    Nothing,
}

/// Who answered one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answerer {
    Service,
    SomebodyElse,
    /// A connection was made and broke.
    Unknown,
    Nobody,
}

impl Client {
    /// Asks the API's host and, if somebody else answers in its place, two more hosts.
    pub async fn reach(&self) -> Reach {
        match self.who_answers(API_PROBE).await {
            Answerer::Service | Answerer::Unknown => return Reach::Service,
            Answerer::Nobody => return Reach::Nothing,
            Answerer::SomebodyElse => {}
        }
        let [first, second] = SITE_PROBES.map(|url| self.who_answers(url));
        let (first, second) = futures_util::future::join(first, second).await;
        let is_found = |who| first == who || second == who;
        // The service may still be reached without TLS where connections with TLS are taken over.
        if is_found(Answerer::SomebodyElse) {
            Reach::LoginPage
        } else if is_found(Answerer::Service) {
            Reach::Service
        } else {
            Reach::Nothing
        }
    }

    async fn who_answers(&self, url: &str) -> Answerer {
        let response = self
            .probe
            .send(self.probe.get(url).timeout(REACH_TIMEOUT))
            .await;
        match response {
            Ok(response) if is_foreign(&response) => Answerer::SomebodyElse,
            Ok(_) => Answerer::Service,
            Err(error) => match trust::find_refused(&error) {
                Some(certificate) if certificate.problem.is_of_login_page() => {
                    Answerer::SomebodyElse
                }
                None if error.is_connect() || error.is_timeout() => Answerer::Nobody,
                _ => Answerer::Unknown,
            },
        }
    }

    /// Returns whether this computer's clock is more than a day off, by the `Date` of the service's
    /// answers (RFC 9110 6.6.1). Returns `false` if none can be had.
    pub async fn is_clock_wrong(&self) -> bool {
        // Over TLS, with a certificate that only its dates speak against; else without TLS.
        let time = match self.time_of(SITE_PROBES[0]).await {
            Ok(Some(time)) => Some(time),
            _ => self.time_of(SITE_PROBES[1]).await.ok().flatten(),
        };
        let now = SystemTime::now();
        time.is_some_and(|time| {
            let difference = now
                .duration_since(time)
                .unwrap_or_else(|early| early.duration());
            difference > MAX_CLOCK_ERROR
        })
    }

    async fn time_of(&self, url: &str) -> Result<Option<SystemTime>, Error> {
        let tls = self.endpoint.tls(Validity::AnyTime)?;
        let client = self.endpoint.service(tls).build().map_err(http::error)?;
        let response = client.head(url).timeout(REACH_TIMEOUT).send().await;
        let response = response.map_err(http::error)?;
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok());
        Ok(date.and_then(|date| httpdate::parse_http_date(date).ok()))
    }
}

/// Returns whether a response comes from a log-in page and not from the service.
fn is_foreign(response: &Response) -> bool {
    if response.status() == StatusCode::NETWORK_AUTHENTICATION_REQUIRED {
        return true;
    }
    let leads_to = http::redirect(response).and_then(Result::ok);
    if leads_to.is_some_and(|url: Url| !hosts::is_site_url(&url)) {
        return true;
    }
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    response.status().is_success() && is_page
}
