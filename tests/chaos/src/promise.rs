//! What a device tells of what it was promised: one line for each number, written at once.

/// The thing of every device.
pub const THING: &str = "Chaos";

/// The application key of every device.
pub const KEY: &str = "chaos-key";

/// The user of an HTTP proxy that asks for one.
pub const PROXY_USER: &str = "chaos";

/// The password of that user.
pub const PROXY_PASSWORD: &str = "chaos-password";

/// The parameter of a call, and of an event, that has the number.
pub const NUMBER: &str = "number";

/// The file of values that wait, in the directory of a device.
pub const VALUE_STORE: &str = "subscribed_properties.bin";

/// The file of messages that wait.
pub const MESSAGE_STORE: &str = "offline_msgs.bin";

/// Numbers of one life of a device; the next life goes on with the next multiple.
pub const NUMBERS_PER_LIFE: u64 = 1_000_000;

/// Time stamp of the value 0.
const EPOCH: i64 = 1_700_000_000_000;

/// A way for numbers from a device to its platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// A property that is pushed always.
    A,
    /// Another one.
    B,
    /// And another.
    C,
    /// A property that is always set folded.
    Folded,
    /// A property that the device never pushes, until it learns that the platform wants it always.
    Held,
    /// A service of the platform that is called.
    Call,
    /// An event that is fired.
    Event,
    /// A property of the platform that is written.
    Write,
}

/// How a channel has to keep promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Each number arrives, and the numbers come in their order.
    Each,
    /// A number arrives, or a later one.
    Latest,
    /// Each number arrives; messages that wait may be overtaken.
    EachInAnyOrder,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::A, Self::B, Self::C, Self::Folded, Self::Held, Self::Call, Self::Event, Self::Write];

    /// The properties that are pushed.
    pub const PUSHED: [Self; 5] = [Self::A, Self::B, Self::C, Self::Folded, Self::Held];

    /// What goes by messages that can wait for a connection.
    pub const MESSAGES: [Self; 3] = [Self::Call, Self::Event, Self::Write];

    /// The name of the property, service or event.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::Folded => "Folded",
            Self::Held => "Held",
            Self::Call => "Call",
            Self::Event => "Event",
            Self::Write => "Write",
        }
    }

    /// The one of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// How it has to keep promises.
    pub fn rule(self) -> Rule {
        match self {
            Self::A | Self::B | Self::C | Self::Held => Rule::Each,
            Self::Folded => Rule::Latest,
            Self::Call | Self::Event | Self::Write => Rule::EachInAnyOrder,
        }
    }
}

/// The time stamp that belongs to a value.
pub fn time_of(number: u64) -> i64 {
    EPOCH.saturating_add(i64::try_from(number).unwrap_or(i64::MAX))
}

/// A promised number as a line.
pub fn line(channel: Channel, number: u64) -> String {
    format!("accepted {} {number}\n", channel.name())
}

/// The channel and the number of such a line.
pub fn parse(line: &str) -> Option<(Channel, u64)> {
    let (channel, number) = line.strip_prefix("accepted ")?.split_once(' ')?;
    Some((Channel::of(channel)?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for channel in Channel::ALL {
            let line = line(channel, 17_000_001);
            assert_eq!(line.strip_suffix('\n').and_then(parse), Some((channel, 17_000_001)));
        }
        assert_eq!(parse("accepted D 1"), None);
        assert_eq!(parse("accepted A "), None);
    }
}
