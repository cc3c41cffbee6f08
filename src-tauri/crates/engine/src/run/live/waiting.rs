//! Waits until a channel is on air.

use tokio::time::sleep;
use ustream::{ChannelId, Target};

use crate::error::Error;
use crate::job::LiveOptions;
use crate::outcome::{Outcome, Stopped};
use crate::run::attempt::Attempt;
use crate::service::is_temporary;
use crate::view::WaitReason;

/// Asks the API from time to time and returns when it says that the channel is on air, or does not say.
///
/// Fails if the channel does not exist or asks for what nobody can give, or with
/// [`ustream::Error::OffAir`] if the person wants no more of it before it starts. Anything else that goes
/// wrong may pass until the next time.
pub(super) async fn until_on_air(
    attempt: &Attempt,
    channel: ChannelId,
    options: LiveOptions,
) -> Outcome<()> {
    let service = &attempt.context.service;
    let off_air = || Error::from(ustream::Error::OffAir).into();
    loop {
        attempt.meter.wait_for(WaitReason::StreamStart);
        let interval = service.start_interval();
        let pause = interval.mul_f64(0.75 + fastrand::f64() / 2.0);
        tokio::select! {
            () = attempt.cancel.cancelled() => return Err(Stopped::Cancelled),
            () = attempt.stop.cancelled() => return Err(off_air()),
            () = sleep(options.left().map_or(pause, |left| left.min(pause))) => {}
        }
        if options.left().is_some_and(|left| left.is_zero()) {
            return Err(off_air());
        }
        let target = Target::Channel(channel);
        let asked = service.client().live_channel(&target);
        match attempt.unless_cancelled(asked).await? {
            Ok(found) => {
                let is_on_air = found.and_then(|channel| channel.is_on_air);
                if is_on_air != Some(false) {
                    return Ok(());
                }
            }
            Err(error) if !is_temporary(&error) => return Err(error.into()),
            Err(error) => tracing::info!(%error, "whether the channel is on air is not known"),
        }
    }
}

/// Returns whether a stream that could not be opened is waited for: its channel is off air, or has just
/// gone on air and nothing is known of it yet.
pub(super) fn may_pass(error: &ustream::Error) -> bool {
    matches!(error, ustream::Error::OffAir) || is_temporary(error)
}
