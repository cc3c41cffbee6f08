//! The answers to sign-up forms, in the keychain of the system: only where a person asks for it.

use std::collections::BTreeMap;

use keyring::Entry;

const SERVICE: &str = "io.github.ustream-dl";
const USER: &str = "sign-up details";

/// Why the keychain does not give or take.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeychainError {
    #[error("the keychain: {0}")]
    Keychain(#[from] keyring::Error),
    #[error("the keychain holds something else: {0}")]
    Content(#[from] serde_json::Error),
}

/// Answers by the names of their fields.
pub(crate) type Answers = BTreeMap<String, String>;

/// What is kept; nothing where nothing is.
pub(crate) fn answers() -> Result<Answers, KeychainError> {
    match entry()?.get_password() {
        Ok(text) => Ok(serde_json::from_str(&text)?),
        Err(keyring::Error::NoEntry) => Ok(Answers::new()),
        Err(error) => Err(error.into()),
    }
}

/// Adds to what is kept: channels ask for different things.
pub(crate) fn keep(new: Answers) -> Result<(), KeychainError> {
    // What cannot be read is written anew.
    let mut answers = answers().unwrap_or_default();
    answers.extend(new);
    Ok(entry()?.set_password(&serde_json::to_string(&answers)?)?)
}

/// Forgets all.
pub(crate) fn forget() -> Result<(), KeychainError> {
    match entry()?.delete_credential() {
        Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn entry() -> keyring::Result<Entry> {
    Entry::new(SERVICE, USER)
}
