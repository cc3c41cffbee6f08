//! Recognises the images of the web by their first bytes.

/// The kind of an image file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageKind {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// AVIF.
    Avif,
}

impl ImageKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp, Self::Avif];

    /// Returns the kind of an image, or `None` for anything else.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let at =
            |start: usize, text: &[u8]| bytes.get(start..).is_some_and(|b| b.starts_with(text));
        if at(0, b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if at(0, b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
            Some(Self::Gif)
        } else if at(0, b"RIFF") && at(8, b"WEBP") {
            Some(Self::Webp)
        } else if at(4, b"ftypavif") || at(4, b"ftypavis") {
            Some(Self::Avif)
        } else {
            None
        }
    }

    /// Returns the extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        for (bytes, kind) in [
            (&b"\xff\xd8\xff\xe0 JFIF"[..], ImageKind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0", ImageKind::Png),
            (b"GIF89a\0", ImageKind::Gif),
            (b"RIFF\0\0\0\0WEBPVP8 ", ImageKind::Webp),
            (b"\0\0\0\x20ftypavif", ImageKind::Avif),
        ] {
            assert_eq!(ImageKind::of(bytes), Some(kind));
        }
        for other in [
            &b""[..],
            b"GIF",
            b"GIF8",
            b"RIFFWEBP",
            b"\0\0\0\x20ftypisom",
            b"<svg>",
        ] {
            assert_eq!(ImageKind::of(other), None, "{other:?}");
        }
    }
}
