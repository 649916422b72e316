//go:build tools

// Package livekit pins the LiveKit server that devstack builds and runs.
package livekit

import _ "github.com/livekit/livekit-server/cmd/server"
