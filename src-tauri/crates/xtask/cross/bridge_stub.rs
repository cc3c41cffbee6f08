//! Stands in for a program of Linux under Wine: ffmpeg.exe, ffprobe.exe, mediainfo.exe.
use std::io::{Read, Write};
use std::net::TcpStream;

const PORT: &str = "BRIDGE_PORT";

fn unix(word: &str) -> String {
    let (before, path) = word.strip_prefix("file:").map_or(("", word), |path| ("file:", path));
    let path = path.strip_prefix(r"\\?\").unwrap_or(path);
    match path.as_bytes() {
        [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic() => {
            let root = match drive.to_ascii_lowercase() {
                b'z' => String::new(),
                drive => format!("/x/wine/dosdevices/{}:", char::from(drive)),
            };
            format!("{before}{root}{}", path[2..].replace('\\', "/"))
        }
        // Built on Linux, a test knows its folder without a drive.
        [b'/', ..] => format!("{before}{}", path.replace('\\', "/")),
        _ => word.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if u32::from(c) < 32 => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn main() {
    let name = std::env::current_exe().unwrap().file_stem().unwrap().to_string_lossy().into_owned();
    let words = std::env::args_os().skip(1).map(|word| unix(&word.to_string_lossy()));
    let argv = std::iter::once(name).chain(words).map(|word| quoted(&word)).collect::<Vec<_>>().join(",");
    let cwd = quoted(&unix(&std::env::current_dir().unwrap().to_string_lossy()));
    let ask = format!("{{\"argv\":[{argv}],\"cwd\":{cwd}}}");
    let port: u16 = std::env::var(PORT).unwrap().parse().unwrap();
    let mut bridge = TcpStream::connect(("127.0.0.1", port)).unwrap();
    bridge.write_all(&u32::try_from(ask.len()).unwrap().to_le_bytes()).unwrap();
    bridge.write_all(ask.as_bytes()).unwrap();
    loop {
        let (mut kind, mut length) = ([0], [0; 4]);
        bridge.read_exact(&mut kind).unwrap();
        bridge.read_exact(&mut length).unwrap();
        let mut data = vec![0; u32::from_le_bytes(length) as usize];
        bridge.read_exact(&mut data).unwrap();
        match kind[0] {
            0 => std::process::exit(i32::from_le_bytes(data.try_into().unwrap())),
            1 => drop(std::io::stdout().write_all(&data).and_then(|()| std::io::stdout().flush())),
            _ => drop(std::io::stderr().write_all(&data)),
        }
    }
}
