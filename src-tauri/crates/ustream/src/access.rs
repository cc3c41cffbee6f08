//! What a person brings to open a lock, and the locks there are.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Target;

/// What a person brings. Never saved, never printed.
#[derive(Clone, Default)]
pub struct Access {
    /// Password of the recording or channel.
    pub password: Option<String>,
    /// Answers to the sign-up form, by field name (`name`, `email`, …).
    pub form: BTreeMap<String, String>,
    /// Fill fields of the form that have no answer with neutral placeholders.
    pub form_defaults: bool,
    /// Address of the page on which the video is embedded.
    pub referrer: Option<String>,
}

impl Access {
    /// The same, with the page that embeds the target as the owner's page where none is named.
    #[must_use]
    pub fn on_the_page_of(&self, target: &Target) -> Self {
        let page = target.embedding_page().map(ToString::to_string);
        Self {
            referrer: self.referrer.clone().or(page),
            ..self.clone()
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

/// One field of a sign-up form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    /// Its name on the wire.
    pub name: String,
    /// Its words on the page, or its name where the page says nothing.
    pub label: String,
    /// The form is refused without it.
    pub required: bool,
}

/// What keeps a recording closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// A sign-up form, with the fields it asks for.
    Form {
        /// Its fields, in the order of the page.
        fields: Vec<FormField>,
    },
    /// The form was sent and refused; the words are the service's.
    FormRefused {
        /// What the service said.
        message: String,
        /// Its fields, in the order of the page.
        fields: Vec<FormField>,
    },
    /// A password is wanted.
    Password {
        /// One was sent, and it was wrong.
        wrong: bool,
    },
    /// It plays only on the owner's page, whose address must be given.
    Embed,
    /// It wants a company's or an event's login.
    Login,
    /// It is not shown in this country.
    Region,
    /// Some other lock, by the service's own name for it.
    Other(String),
}
