//! The names of the control connection's hosts, which say what is played and where.

/// The parts of a control host's name: `r12-1-112470631-recorded-ws-live.ums.ustream.tv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ControlHost {
    random: String,
    pub(super) media: u64,
    pub(super) application: String,
    pub(super) prefix: Option<String>,
    pub(super) cluster: String,
    pub(super) domain: String,
}

impl ControlHost {
    /// Parses a host name; `None` if it is no station's.
    pub(super) fn of(host: &str) -> Option<Self> {
        let (label, domain) = host.split_once('.')?;
        let mut parts = label.split('-');
        let random = parts.next()?.strip_prefix('r')?.to_owned();
        let (_, media, application) = (parts.next()?, parts.next()?, parts.next()?);
        let last = parts.next()?;
        let (prefix, cluster) = match parts.next() {
            Some(cluster) => (Some(last.to_owned()), cluster),
            None => (None, last),
        };
        parts.next().is_none().then_some(())?;
        Some(Self {
            random,
            media: media.parse().ok()?,
            application: application.to_owned(),
            prefix,
            cluster: cluster.to_owned(),
            domain: domain.to_owned(),
        })
    }

    /// Returns the host of the same station in another cluster.
    pub(super) fn host_in(&self, cluster: &str) -> String {
        let Self {
            random,
            media,
            application,
            domain,
            ..
        } = self;
        let prefix = self
            .prefix
            .as_ref()
            .map(|prefix| format!("{prefix}-"))
            .unwrap_or_default();
        format!("r{random}-1-{media}-{application}-{prefix}{cluster}.{domain}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_names_recording_and_cluster() {
        let host = "r7-1-112470631-recorded-ws-live.ums.services.video.ibm.com";
        let station = ControlHost::of(host).unwrap();
        assert_eq!(
            (station.media, &*station.application),
            (112_470_631, "recorded")
        );
        assert_eq!(
            station.host_in("omega"),
            "r7-1-112470631-recorded-ws-omega.ums.services.video.ibm.com"
        );
        assert_eq!(station.host_in("live"), host);
        let bare = ControlHost::of("r7-1-5-channel-live.ums.ustream.tv").unwrap();
        assert_eq!(bare.host_in("beta"), "r7-1-5-channel-beta.ums.ustream.tv");
        assert_eq!(ControlHost::of("www.ustream.tv"), None);
    }
}
