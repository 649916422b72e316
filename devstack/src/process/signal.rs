/// The signals that the stack sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// PostgreSQL's fast shutdown, with a checkpoint.
    Interrupt,
    /// A polite stop.
    Terminate,
    /// PostgreSQL's immediate shutdown: all its processes go, and it frees its shared memory.
    Quit,
    /// The end, without a chance to react.
    Kill,
}

impl Signal {
    pub(super) fn number(self) -> libc::c_int {
        match self {
            Self::Interrupt => libc::SIGINT,
            Self::Terminate => libc::SIGTERM,
            Self::Quit => libc::SIGQUIT,
            Self::Kill => libc::SIGKILL,
        }
    }

    /// As `kill -s` names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Terminate => "TERM",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
        }
    }
}
