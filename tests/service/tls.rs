//! Creates a certificate authority at start, and one certificate for all hosts of the service.

use std::sync::Arc;

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Names in the certificate. A wildcard stands for one label, as on the real service.
pub(crate) const NAMES: [&str; 16] = [
    "ustream.tv",
    "*.ustream.tv",
    "*.ums.ustream.tv",
    "video.ibm.com",
    "*.video.ibm.com",
    "*.ums.services.video.ibm.com",
    "uhsakamai-a.akamaihd.net",
    "ustvstaticcdn1-a.akamaihd.net",
    "ustre.am",
    "*.ustre.am",
    "localhost",
    // Other sites, which embed players.
    "www.example.org",
    "www.a-pac.tv",
    "*.cdn.example.net",
    // Hosts that must not get any request.
    "evil.example",
    "somebody-else.akamaihd.net",
];

/// The server's TLS configuration and the certificate authority for clients.
pub(crate) struct Identity {
    pub(crate) ca_pem: String,
    pub(crate) config: Arc<ServerConfig>,
    /// The same with a certificate that is out of date.
    pub(crate) expired: Arc<ServerConfig>,
}

/// Creates an authority with a new key and a certificate for these hosts, signed by it.
pub(crate) fn identity(names: &[&str]) -> anyhow::Result<Identity> {
    identity_with_key(names, KeyPair::generate()?)
}

/// Creates an authority with this key, and a certificate for these hosts. Who trusts one authority of
/// a key trusts all of them.
pub(crate) fn identity_with_key(
    names: &[&str],
    authority_key: KeyPair,
) -> anyhow::Result<Identity> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "Ustream practice authority");
    let ca_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::new(authority, authority_key);

    Ok(Identity {
        config: certificate(&issuer, names, 4096)?,
        expired: certificate(&issuer, names, 2001)?,
        ca_pem,
    })
}

/// Creates a certificate that is valid until this year, and the server's configuration with it.
fn certificate(
    issuer: &Issuer<'_, KeyPair>,
    names: &[&str],
    until_year: i32,
) -> anyhow::Result<Arc<ServerConfig>> {
    let mut leaf =
        CertificateParams::new(names.iter().copied().map(str::to_owned).collect::<Vec<_>>())?;
    leaf.distinguished_name
        .push(DnType::CommonName, "Ustream practice service");
    leaf.not_after = date_time_ymd(until_year, 1, 1);
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.use_authority_key_identifier_extension = true;
    let leaf_key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&leaf_key, issuer)?;
    let private_key = PrivateKeyDer::try_from(leaf_key.serialize_der())
        .map_err(|problem| anyhow::anyhow!("{problem}"))?;

    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("the TLS versions of the provider")?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private_key)
        .context("the certificate just made")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
