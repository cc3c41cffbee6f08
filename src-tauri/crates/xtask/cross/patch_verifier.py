import sys
for path in sys.argv[1:]:
    text = open(path).read()
    if "for Wine" in text:
        continue
    head, tail = text.split("pub struct CERT_CHAIN_ENGINE_CONFIG", 1)
    for old, new, of_tail in [
        ('    #[cfg(not(target_vendor = "win7"))]\n    pub dwExclusiveFlags: u32,\n', "", True),
        ("extra_params.dwAuthType = AUTHTYPE_SERVER;", "extra_params.dwAuthType = AUTHTYPE_SERVER;\n        extra_params.fdwChecks = 0x80; // for Wine", True),
        ("        let status = cert_chain.verify_chain_policy(server)?;\n",
         "        if unsafe { *cert_chain.inner.as_ptr() }.TrustStatus.dwErrorStatus & CERT_TRUST_IS_PARTIAL_CHAIN != 0 {\n"
         "            return Err(InvalidCertificate(CertificateError::UnknownIssuer)); // for Wine\n        }\n"
         "        let status = cert_chain.verify_chain_policy(server)?;\n", True),
    ]:
        assert old in tail, f"{path}: {old!r} is not there any more"
        tail = tail.replace(old, new, 1)
    open(path, "w").write(head + "pub struct CERT_CHAIN_ENGINE_CONFIG" + tail)
