//! Channels and their sign-up forms.

use super::LiveStream;

/// One channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its number.
    pub id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// What it demonstrates, in a few words for a person.
    pub purpose: String,
    /// Its title.
    pub title: String,
    /// Name of the owner.
    pub owner: String,
    /// Its live stream, if it has one. It is on air until that has ended.
    pub live: Option<LiveStream>,
    /// Its sign-up form, if it has one.
    pub gate: Option<Vec<GateField>>,
    /// Where its recordings are listed.
    pub listing_sources: ListingSources,
}

/// Where the recordings of a channel are listed.
#[derive(Clone, Copy, Debug)]
pub struct ListingSources {
    /// In the API, in pages.
    pub api: bool,
    /// In the list of the website's scripts, in pages.
    pub website: bool,
    /// On the channel's page, as the recording that plays while it is off air.
    pub off_air: bool,
}

impl Channel {
    /// Creates a channel that is off air and has no form.
    pub fn new(id: u64, slug: &str, purpose: &str) -> Self {
        Self {
            id,
            slug: slug.to_owned(),
            purpose: purpose.to_owned(),
            title: format!("Practice channel {slug}"),
            owner: "practice".to_owned(),
            live: None,
            gate: None,
            listing_sources: ListingSources {
                api: true,
                website: true,
                off_air: true,
            },
        }
    }
}

/// One field of a sign-up form.
#[derive(Clone, Debug)]
pub struct GateField {
    /// Its name on the wire, without `fields[…]`.
    pub name: String,
    /// The text beside it.
    pub label: String,
    /// Whether the form is refused without it.
    pub required: bool,
}

impl GateField {
    /// Creates a field.
    pub fn new(name: &str, label: &str, required: bool) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            required,
        }
    }
}
