//! Stores answers to sign-up forms and the login of a proxy in the system's keychain, if the user
//! wants that.

use std::collections::BTreeMap;

use engine::ProxyLogin;
use keyring_core::{Entry, Error};
use serde::de::DeserializeOwned;

const SERVICE: &str = "io.github.ustream-dl";
const FORM_USER: &str = "sign-up details";
const PROXY_USER: &str = "proxy login";

/// Why the keychain cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeychainError {
    #[error("the keychain: {0}")]
    Keychain(#[from] Error),
    #[error("the keychain holds something else: {0}")]
    Content(#[from] serde_json::Error),
}

/// Answers by field name.
pub(crate) type FormAnswers = BTreeMap<String, String>;

/// A keychain entry of this app. Access may block until the user unlocks the keychain.
pub(crate) struct Keychain(Entry);

impl Keychain {
    /// Opens the entry of the answers to forms.
    pub(crate) fn of_forms() -> Result<Self, KeychainError> {
        Ok(Self(keyring::Entry::new(SERVICE, FORM_USER)?.inner))
    }

    /// Opens the entry of the login of a proxy.
    pub(crate) fn of_proxy() -> Result<Self, KeychainError> {
        Ok(Self(keyring::Entry::new(SERVICE, PROXY_USER)?.inner))
    }

    /// Returns the stored answers; empty if there are none.
    pub(crate) fn answers(&self) -> Result<FormAnswers, KeychainError> {
        Ok(self.read()?.unwrap_or_default())
    }

    /// Returns the stored login of a proxy.
    pub(crate) fn proxy_login(&self) -> Result<Option<ProxyLogin>, KeychainError> {
        self.read()
    }

    /// Stores the login of a proxy in place of any other.
    pub(crate) fn keep_proxy_login(&self, login: &ProxyLogin) -> Result<(), KeychainError> {
        Ok(self.0.set_password(&serde_json::to_string(login)?)?)
    }

    fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, KeychainError> {
        match self.0.get_password() {
            Ok(text) => Ok(Some(serde_json::from_str(&text)?)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds answers to the stored ones, because channels have different fields.
    pub(crate) fn keep(&self, new: FormAnswers) -> Result<(), KeychainError> {
        // If the stored answers cannot be read, replace them.
        let mut answers = self.answers().unwrap_or_default();
        answers.extend(new);
        Ok(self.0.set_password(&serde_json::to_string(&answers)?)?)
    }

    /// Deletes the entry.
    pub(crate) fn forget(&self) -> Result<(), KeychainError> {
        match self.0.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use keyring_core::api::CredentialStoreApi;
    use keyring_core::mock;

    use super::*;

    fn keychain() -> Keychain {
        let store = mock::Store::new().unwrap();
        Keychain(store.build(SERVICE, FORM_USER, None).unwrap())
    }

    fn answers<const N: usize>(answers: [(&str, &str); N]) -> FormAnswers {
        let own = |(name, answer): (&str, &str)| (name.to_owned(), answer.to_owned());
        answers.into_iter().map(own).collect()
    }

    #[test]
    fn answers_are_added_until_they_are_deleted() {
        let keychain = keychain();
        assert_eq!(keychain.answers().unwrap(), FormAnswers::new());
        keychain
            .keep(answers([("name", "Ada"), ("email", "ada@x.org")]))
            .unwrap();
        keychain
            .keep(answers([("name", "Ada L."), ("company", "AE")]))
            .unwrap();
        let kept = [
            ("name", "Ada L."),
            ("email", "ada@x.org"),
            ("company", "AE"),
        ];
        assert_eq!(keychain.answers().unwrap(), answers(kept));
        keychain.forget().unwrap();
        keychain.forget().unwrap();
        assert_eq!(keychain.answers().unwrap(), FormAnswers::new());
    }

    #[test]
    fn other_content_is_an_error_and_is_overwritten() {
        let keychain = keychain();
        keychain.0.set_password("my old diary").unwrap();
        assert!(matches!(keychain.answers(), Err(KeychainError::Content(_))));
        keychain.keep(answers([("name", "Ada")])).unwrap();
        assert_eq!(keychain.answers().unwrap(), answers([("name", "Ada")]));
    }

    #[test]
    fn a_login_of_a_proxy_is_kept_until_it_is_deleted() {
        let keychain = keychain();
        assert_eq!(keychain.proxy_login().unwrap(), None);
        let login = ProxyLogin {
            proxy: "proxy.example:3128".to_owned(),
            name: "CORP\\ada".to_owned(),
            password: "p@ss".to_owned(),
        };
        keychain.keep_proxy_login(&login).unwrap();
        assert_eq!(keychain.proxy_login().unwrap(), Some(login));
        keychain.forget().unwrap();
        assert_eq!(keychain.proxy_login().unwrap(), None);
    }
}
