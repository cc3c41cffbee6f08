//! Channels and their sign-up forms.

/// One channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Its number.
    pub id: u64,
    /// Its name in addresses.
    pub slug: String,
    /// What it is there to show, in a few words for a person.
    pub purpose: String,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub owner: String,
    /// It is on air.
    pub live: bool,
    /// Its sign-up form, where it has one.
    pub gate: Option<Vec<GateField>>,
    /// Where its recordings are listed.
    pub listing_sources: ListingSources,
}

/// Where the recordings of a channel are listed.
#[derive(Clone, Copy, Debug)]
pub struct ListingSources {
    /// By the API, in pages.
    pub api: bool,
    /// By the website's scripts, in pages.
    pub website: bool,
    /// On the channel's page, as what plays while it is off air.
    pub off_air: bool,
}

impl Channel {
    /// An open channel that is off air.
    pub fn new(id: u64, slug: &str, shows: &str) -> Self {
        Self {
            id,
            slug: slug.to_owned(),
            purpose: shows.to_owned(),
            title: format!("Practice channel {slug}"),
            owner: "practice".to_owned(),
            live: false,
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
    /// Its words.
    pub label: String,
    /// The form is refused without it.
    pub required: bool,
}

impl GateField {
    /// A field.
    pub fn new(name: &str, label: &str, required: bool) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            required,
        }
    }
}
