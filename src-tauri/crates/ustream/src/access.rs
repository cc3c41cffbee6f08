//! The credentials that the user supplies, and the locks that a recording can have.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Target;

/// Credentials of the user. Never saved; `Debug` does not print them.
#[derive(Clone, Default)]
pub struct Access {
    /// Password of the recording or channel.
    pub password: Option<String>,
    /// Answers to the sign-up form, by field name without `fields[…]` (`name`, `email`, …).
    pub form: BTreeMap<String, String>,
    /// Whether form fields without an answer are filled with neutral placeholders.
    pub form_defaults: bool,
    /// URL of the page that embeds the video.
    pub referrer: Option<String>,
    /// A file with a conversation in which the recording was open: it is read in place of asking.
    pub session: Option<PathBuf>,
}

impl Access {
    /// Returns a copy with what `target` itself opens: its `referrer` is the page of another site that
    /// the target is, unless one is set already, and its `session` the file that the target is.
    #[must_use]
    pub fn for_target(&self, target: &Target) -> Self {
        let page = target.embedding_page().map(ToString::to_string);
        let session = match target {
            Target::Session(path) => Some(path.clone()),
            _ => None,
        };
        Self {
            referrer: self.referrer.clone().or(page),
            session: session.or_else(|| self.session.clone()),
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
    /// Name in the request, without `fields[…]`.
    pub name: String,
    /// Label on the page, or the name if the page shows none.
    pub label: String,
    /// Whether the form is refused without it.
    pub required: bool,
}

/// What keeps a recording locked. The names of most locks are known from the service's SDK only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lock {
    /// A sign-up form must be filled in.
    Form {
        /// Fields of the form, in the order of the page.
        fields: Vec<FormField>,
    },
    /// The form was sent and refused.
    FormRefused {
        /// The reason in the service's words.
        message: String,
        /// Fields of the form, in the order of the page.
        fields: Vec<FormField>,
    },
    /// A password is required.
    Password {
        /// Whether a password was sent and was wrong.
        wrong: bool,
    },
    /// It plays only on the owner's page: [`Access::referrer`] must name it.
    Embed,
    /// A login of a company or an event is required, which is not supported.
    Login,
    /// It is not available in this country.
    Region,
    /// Another lock, by the service's name for it.
    Other(String),
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form { .. } => f.write_str("a sign-up form"),
            Self::FormRefused { message, .. } => write!(f, "a sign-up form was refused: {message}"),
            Self::Password { wrong: false } => f.write_str("a password"),
            Self::Password { wrong: true } => f.write_str("another password"),
            Self::Embed => f.write_str("only on its owner's page"),
            Self::Login => f.write_str("a login"),
            Self::Region => f.write_str("not in this country"),
            Self::Other(name) => f.write_str(name),
        }
    }
}
