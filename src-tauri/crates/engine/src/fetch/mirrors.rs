//! Which of the servers that hold the pieces are worth asking first.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

/// How each server did last time.
#[derive(Debug, Default)]
pub(crate) struct Mirrors {
    standing: Mutex<HashMap<String, Standing>>,
}

/// What the last answer of a server says of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has sent a piece: its "not found" counts.
    Good,
    /// It failed: it is asked after the others.
    Bad,
}

impl Mirrors {
    /// Those that failed last come last; else the order of `urls` stands.
    pub(crate) fn best_first<'a>(&self, urls: &'a [Url]) -> Vec<&'a Url> {
        let standing = self.standing();
        let (later, sooner): (Vec<_>, Vec<_>) = urls
            .iter()
            .partition(|url| standing.get(&origin(url)) == Some(&Standing::Bad));
        sooner.into_iter().chain(later).collect()
    }

    /// A mirror ought to know if it has sent pieces, or, before any has, if it is the first named.
    pub(crate) fn ought_to_know(&self, url: &Url, urls: &[Url]) -> bool {
        let standing = self.standing();
        let good = |url: &Url| standing.get(&origin(url)) == Some(&Standing::Good);
        good(url)
            || (!urls.iter().any(good) && urls.first().map(Url::host_str) == Some(url.host_str()))
    }

    pub(crate) fn remember(&self, url: &Url, how: Standing) {
        self.standing().insert(origin(url), how);
    }

    fn standing(&self) -> MutexGuard<'_, HashMap<String, Standing>> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
