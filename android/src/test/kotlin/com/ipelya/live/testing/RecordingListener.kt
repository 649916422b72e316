package com.ipelya.live.testing

import com.ipelya.live.telephony.Focus
import com.ipelya.live.telephony.MediaKey
import com.ipelya.live.telephony.Needs
import com.ipelya.live.telephony.PhoneListener
import com.ipelya.live.telephony.Route

/** An app's screens. */
class RecordingListener : PhoneListener {
    val routes = mutableListOf<Pair<Route?, List<Route>>>()
    val runs = mutableListOf<Needs>()
    val focus = mutableListOf<Focus>()
    val keys = mutableListOf<MediaKey>()
    var refusals = 0

    override fun onRoutesChanged(current: Route?, available: List<Route>) = routes.plusAssign(current to available)
    override fun onServiceRuns(needs: Needs) = runs.plusAssign(needs)
    override fun onFocusChanged(focus: Focus) = this.focus.plusAssign(focus)
    override fun onMediaKey(key: MediaKey) = keys.plusAssign(key)
    override fun onServiceRefused() {
        refusals++
    }
}
