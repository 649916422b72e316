//! What the objects have in common: commands that go to the core as they are, and reading.

use ipelya_core::foreign::LiveFailure;
use tokio::sync::watch;

use crate::work::Work;

/// What a command of the core answers: a result, or nothing where it can't be refused.
pub(crate) trait Outcome {
    /// What is in it.
    type Value;

    /// The same for another language.
    fn outcome(self) -> Result<Self::Value, LiveFailure>;
}

impl Outcome for () {
    type Value = ();

    fn outcome(self) -> Result<(), LiveFailure> {
        Ok(self)
    }
}

impl<T, E: Into<LiveFailure>> Outcome for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<T, LiveFailure> {
        self.map_err(Into::into)
    }
}

/// Gives an object the commands of the core's handle of the same names, each with its own documentation. What waits is work of
/// the client's runtime; what doesn't wait is said to the core at once.
macro_rules! forward {
    ($object:ident { $($(#[$($meta:tt)*])* async fn $name:ident($($argument:ident: $type:ty),*) $(-> $value:ty)?;)* }) => {
        #[uniffi::export]
        impl $object {
            $(
                $(#[$($meta)*])*
                pub async fn $name(&self, $($argument: $type),*)
                    -> Result<$crate::forward::forward!(@value $($value)?), ipelya_core::foreign::LiveFailure>
                {
                    let core = self.core.clone();
                    let answer = self.work.run(async move {
                        $crate::forward::Outcome::outcome(core.$name($($argument),*).await)
                    });
                    answer.await
                }
            )*
        }
    };
    ($object:ident { $($(#[$($meta:tt)*])* fn $name:ident($($argument:ident: $type:ty),*);)* }) => {
        #[uniffi::export]
        impl $object {
            $(
                $(#[$($meta)*])*
                pub fn $name(&self, $($argument: $type),*) {
                    let _inside = self.work.handle().enter();
                    self.core.$name($($argument),*);
                }
            )*
        }
    };
    (@value) => { () };
    (@value $value:ty) => { $value };
}
pub(crate) use forward;

/// The newest snapshot once `is_newer` says so; none once there is no other to come.
pub(crate) async fn newest<Core, Snapshot>(
    work: &Work,
    mut snapshots: watch::Receiver<Core>,
    is_newer: impl FnMut(&Core) -> bool + Send + 'static,
) -> Result<Option<Snapshot>, LiveFailure>
where
    Core: Send + Sync + 'static,
    Snapshot: for<'a> From<&'a Core> + Send + 'static,
{
    let newest = work.follow(async move {
        let newest = snapshots.wait_for(is_newer).await.ok();
        newest.map(|now| Snapshot::from(&*now))
    });
    newest.await
}
