//! (f) The end: nothing is left on either side.

use anyhow::Result;

use super::Cast;
use crate::admin::eventually;
use crate::timeline::Timeline;

pub(super) async fn play(cast: &Cast, timeline: &mut Timeline) -> Result<()> {
    timeline.scene("(f) The end: nothing is left");
    let rooms = eventually(|| cast.admin.rooms(), Vec::is_empty).await?;
    timeline.expect(
        "LiveKit has no room any more",
        rooms.is_empty(),
        format!("{} rooms", rooms.len()),
    );
    let open = eventually(|| cast.admin.open_rows(), |open| *open == 0).await?;
    timeline.expect(
        "every session and call is ended in the database",
        open == 0,
        format!("{open} open"),
    );
    Ok(())
}
