//! A plan played so that nothing in it can take the whole process along.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{Played, SimError, play};
use crate::plan::Plan;

/// [`play`], with a panic as an error like the others.
///
/// # Errors
/// When the harness or the middleware cannot go on, or panics.
pub fn play_guarded(plan: &Plan) -> Result<Played, SimError> {
    guarded(|| play(plan))
}

fn guarded<T>(play: impl FnOnce() -> Result<T, SimError>) -> Result<T, SimError> {
    let panicked = |panic: Box<dyn Any + Send>| Err(SimError::Panicked(words(panic.as_ref())));
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(panicked)
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "without a word".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let said = |error: SimError| error.to_string();
        let plain = guarded::<()>(|| panic!("out of range")).map_err(said);
        assert_eq!(plain, Err("it panicked: out of range".to_owned()));
        let made = guarded::<()>(|| panic!("{} of range", 3)).map_err(said);
        assert_eq!(made, Err("it panicked: 3 of range".to_owned()));
    }
}
