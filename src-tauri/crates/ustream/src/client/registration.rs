//! Fills in the sign-up form of a channel.
//!
//! Posts go to the host that the channel's page came from: a redirect to another host would drop
//! their body.

use super::{Client, VisitedPage};
use crate::api::ListedRecording;
use crate::gate::{self, FormReply};
use crate::hosts::{self, Host};
use crate::http::{self, BodyLimit};
use crate::{Access, ChannelId, Error, FormField, Lock, api};

const FORM_LIMIT: BodyLimit = BodyLimit {
    what: "the sign-up form",
    bytes: api::MAX_ANSWER_BYTES,
};

/// Returns the form fields on the page, or the default fields if the page shows none.
pub(super) fn form_fields(visited: Option<&VisitedPage>) -> Vec<FormField> {
    visited
        .and_then(|visited| visited.page.form.clone())
        .unwrap_or_else(gate::default_fields)
}

impl Client {
    /// Sends the form, keeps the hash that the service returns, and returns it.
    pub(super) async fn register(
        &self,
        channel: ChannelId,
        visited: Option<&VisitedPage>,
        access: &Access,
    ) -> Result<String, Error> {
        let fields = form_fields(visited);
        let answers = gate::fill(&fields, access)?;
        let mut problem = None;
        for host in form_hosts(visited) {
            let url = gate::save_url(&host, channel);
            let answer = match http::post(&self.http, &url, &answers, FORM_LIMIT).await {
                Ok(answer) => answer,
                Err(busy @ Error::Busy { .. }) => return Err(busy),
                Err(error) => {
                    problem.get_or_insert(error);
                    continue;
                }
            };
            // These statuses mean that the form is not on this host; it may be on the other.
            let is_elsewhere = matches!(answer.status.as_u16(), 404 | 405 | 410);
            match gate::reply(&answer.body) {
                Ok(FormReply::Hash(hash)) => {
                    self.keep_hash(channel, &hash);
                    return Ok(hash);
                }
                Ok(FormReply::Refused(message)) => {
                    let refused = Error::Locked(Lock::FormRefused {
                        message,
                        fields: fields.clone(),
                    });
                    if !is_elsewhere {
                        return Err(refused);
                    }
                    problem.get_or_insert(refused);
                }
                Err(error) => {
                    problem.get_or_insert(error);
                }
            }
        }
        Err(problem.unwrap_or(Error::Timeout(FORM_LIMIT.what)))
    }

    /// Returns a hash of the channel's form other than `tried`, which was just refused: one that the
    /// channel gave earlier, else that of the form, which is filled in.
    pub(super) async fn other_hash(
        &self,
        channel: ChannelId,
        (visited, tried): (Option<&VisitedPage>, Option<String>),
        access: &Access,
    ) -> Result<String, Error> {
        let earlier = self.known_hash(channel);
        match earlier.filter(|hash| Some(hash) != tried.as_ref()) {
            Some(hash) => Ok(hash),
            None => self.register(channel, visited, access).await,
        }
    }

    /// Forgets the hash of a form that does not open what is behind it, and returns that as an error.
    pub(super) fn form_is_refused(
        &self,
        channel: ChannelId,
        visited: Option<&VisitedPage>,
    ) -> Error {
        self.forget_hash(channel);
        let message = "the form was filled in, yet the recording stays closed".to_owned();
        let fields = form_fields(visited);
        Error::Locked(Lock::FormRefused { message, fields })
    }

    /// Returns the recordings behind the form, newest first; none if the list cannot be fetched.
    pub(super) async fn list_behind_form(
        &self,
        channel: ChannelId,
        visited: Option<&VisitedPage>,
        hash: &str,
    ) -> Vec<ListedRecording> {
        let form = [("hash".to_owned(), hash.to_owned())];
        for host in form_hosts(visited) {
            let url = gate::content_url(&host, channel);
            let listed = match http::post(&self.http, &url, &form, FORM_LIMIT).await {
                Ok(answer) => gate::content(&answer.body),
                Err(error) => {
                    tracing::debug!(host, %error, "no list behind the form");
                    Vec::new()
                }
            };
            if !listed.is_empty() {
                return listed;
            }
        }
        Vec::new()
    }
}

/// Returns the hosts that may have the form, the likelier one first.
fn form_hosts(visited: Option<&VisitedPage>) -> Vec<String> {
    let page_host = visited.and_then(|visited| hosts::of_url(&visited.url));
    let first = page_host.filter(Host::is_site);
    let first = first.map_or_else(|| "video.ibm.com".to_owned(), |host| host.to_string());
    let mut hosts = vec![first.clone()];
    if first != gate::OLD_HOST {
        hosts.push(gate::OLD_HOST.to_owned());
    }
    hosts
}
