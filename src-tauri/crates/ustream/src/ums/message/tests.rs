use proptest::prelude::*;
use serde_json::json;

use super::super::stream::StreamState;
use super::*;

#[test]
fn all_servers_of_segments_are_kept_in_order() {
    let config = json!({"cmd": "moduleInfo", "args": {"0": {"cdnConfig": {"data": {"0": {"data": [
        {"sites": [{"host": "a.ustream.tv", "path": "/"}, {"host": "b.ustream.tv"}]},
        {"sites": {"0": {"host": "c.ustream.tv", "path": "/x/"}}},
    ]}}}}}});
    let commands = parse(&config.to_string()).unwrap();
    let [Command::ModuleInfo(info)] = commands.as_slice() else {
        panic!("{commands:?}")
    };
    let hosts: Vec<_> = info.sites.iter().map(|site| site.host.as_str()).collect();
    assert_eq!(hosts, ["a.ustream.tv", "b.ustream.tv", "c.ustream.tv"]);
}

#[test]
fn reasons_of_a_reject_are_recognized_by_part_of_their_name() {
    let reasons = |body: Value| {
        let frame = json!({"cmd": "reject", "args": body}).to_string();
        match parse(&frame).unwrap().remove(0) {
            Command::Reject(reasons) => reasons,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reasons(json!([{"passwordLock": []}])), [Reject::Password]);
    assert_eq!(reasons(json!({"hashLock": true})), [Reject::Hash]);
    assert_eq!(reasons(json!([{"geoLimitLock": 1}])), [Reject::Region]);
    assert_eq!(reasons(json!(["samlsso"])), [Reject::Login]);
    assert_eq!(
        reasons(json!([{"viewerHourLimitLock": {}}])),
        [Reject::Other("viewerHourLimitLock".into())]
    );
    assert_eq!(
        reasons(json!([{"geoLock": false, "nonexistent": null}])),
        []
    );
    assert_eq!(reasons(json!(null)), []);
    let cluster = Reject::Cluster {
        name: Some("omega".into()),
        host: None,
    };
    assert_eq!(
        reasons(json!([{"aLock": 1, "cluster": {"name": "omega"}}]))[0],
        cluster
    );
}

#[test]
fn hashes_may_be_a_map_or_a_list() {
    for hashes in [
        json!({"0": 187}),
        json!({"0.0": "187"}),
        json!([187]),
        json!(["187"]),
    ] {
        let stream = json!({"streamFormats": {"flv/segmented": {"hashes": hashes}}});
        let StreamState::Stored(stored) = stream::read(&stream) else {
            panic!()
        };
        assert_eq!(stored.flv.unwrap().hashes.get(&0).unwrap(), "187");
    }
}

#[test]
fn invalid_json_and_too_large_frames_are_refused() {
    assert!(matches!(parse("<html>"), Err(Error::Malformed { .. })));
    assert!(matches!(
        parse(&"[".repeat(100_000)),
        Err(Error::Malformed { .. })
    ));
    assert!(matches!(
        parse(&" ".repeat(MAX_FRAME_BYTES + 1)),
        Err(Error::TooLarge { .. })
    ));
}

/// Any JSON, with known member names mixed in.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z0-9%/._-]{0,12}".prop_map(Value::from),
        Just(json!("offline")),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let name = prop::sample::select(vec![
            "0",
            "1",
            "stream",
            "streamFormats",
            "flv/segmented",
            "mp4/segmented",
            "hashes",
            "streams",
            "segmentUrl",
            "chunkTime",
            "contentAccess",
            "accessList",
            "data",
            "path",
            "cdnConfig",
            "sites",
            "host",
            "meta",
            "videoLength",
            "cluster",
            "referrerLock",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_frame_is_parsed_without_panic(frame in any::<String>()) {
        let _ = parse(&frame);
    }

    #[test]
    fn any_arguments_are_parsed_without_panic(args in any_json()) {
        for name in ["moduleInfo", "reject", "warning", "tracking"] {
            let frame = json!({"cmd": name, "args": args}).to_string();
            prop_assert_eq!(parse(&frame).unwrap().len(), 1);
        }
    }
}
