//! Reads `onMetaData` of an FLV strictly (FLV 10.1 E.4.4, E.5).

use crate::{Error, cursor::Cursor};

/// Deepest nesting of objects.
const MAX_DEPTH: u8 = 8;

/// The values that can be compared with the tags.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Metadata {
    /// In seconds.
    pub(super) duration: Option<f64>,
    pub(super) file_size: Option<f64>,
    pub(super) video_codec: Option<f64>,
    pub(super) audio_codec: Option<f64>,
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
    /// Times of the keyframes in seconds.
    pub(super) times: Vec<f64>,
    /// Positions of their tags in the file.
    pub(super) positions: Vec<f64>,
}

/// An AMF value.
enum AmfValue {
    Number(f64),
    Numbers(Vec<f64>),
    Other,
}

impl Metadata {
    pub(super) fn read(mut body: Cursor<'_>) -> Result<Self, Error> {
        if body.u8()? != 2 || string(&mut body)? != b"onMetaData" {
            return Err(body.malformed("the first tag is no onMetaData"));
        }
        let mut metadata = Self::default();
        if body.u8()? != 8 {
            return Err(body.malformed("onMetaData is no array"));
        }
        // The length of the array: only a hint.
        body.skip(4)?;
        metadata.object(&mut body, 0)?;
        if !body.is_empty() {
            return Err(body.malformed("more than one onMetaData"));
        }
        Ok(metadata)
    }

    /// Reads names and values up to the end marker.
    fn object(&mut self, body: &mut Cursor<'_>, depth: u8) -> Result<(), Error> {
        loop {
            let name = string(body)?;
            let kind = body.u8()?;
            if kind == 9 && name.is_empty() {
                return Ok(());
            }
            let value = self.value(body, kind, depth)?;
            let number = match (name, value) {
                (b"times", AmfValue::Numbers(times)) => {
                    self.times = times;
                    continue;
                }
                (b"filepositions", AmfValue::Numbers(positions)) => {
                    self.positions = positions;
                    continue;
                }
                (_, AmfValue::Number(number)) => Some(number),
                _ => continue,
            };
            match name {
                b"duration" => self.duration = number,
                b"filesize" => self.file_size = number,
                b"videocodecid" => self.video_codec = number,
                b"audiocodecid" => self.audio_codec = number,
                b"width" => self.width = number,
                b"height" => self.height = number,
                _ => {}
            }
        }
    }

    fn value(&mut self, body: &mut Cursor<'_>, kind: u8, depth: u8) -> Result<AmfValue, Error> {
        match kind {
            0 => return number(body).map(AmfValue::Number),
            1 => body.skip(1)?,
            2 => {
                string(body)?;
            }
            3 | 8 if depth < MAX_DEPTH => {
                body.skip(if kind == 8 { 4 } else { 0 })?;
                self.object(body, depth + 1)?;
            }
            10 => {
                // Do not reserve memory for the stated count: it may be wrong.
                let mut numbers = Vec::new();
                for _ in 0..body.u32()? {
                    match body.u8()? {
                        0 => numbers.push(number(body)?),
                        other => return Err(body.malformed(format!("a list of values {other}"))),
                    }
                }
                return Ok(AmfValue::Numbers(numbers));
            }
            other => return Err(body.malformed(format!("a value of type {other}"))),
        }
        Ok(AmfValue::Other)
    }
}

fn string<'b>(body: &mut Cursor<'b>) -> Result<&'b [u8], Error> {
    let length = usize::from(body.u16()?);
    body.take(length)
}

fn number(body: &mut Cursor<'_>) -> Result<f64, Error> {
    body.array().map(f64::from_be_bytes)
}
