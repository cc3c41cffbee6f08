//! Walks through the causes of an error.

use std::error::Error as StdError;

/// Returns an error and its causes, the innermost last.
pub fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |cause| (**cause).source())
}
