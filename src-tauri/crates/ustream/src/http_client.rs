//! An HTTP client whose requests can be recorded.

use std::ops::Deref;
use std::time::Duration;

use reqwest::{IntoUrl, RequestBuilder, Response, Upgraded};

use crate::ContentCoding;
use crate::traffic::{Exchange, TrafficRecorder};

/// Longest wait for the beginning of a body that only a report is made of.
const BEGINNING_TIMEOUT: Duration = Duration::from_millis(100);

/// The beginning of such a body.
const MAX_BEGINNING_BYTES: usize = 64 << 10;

/// An HTTP client, and who records what it sends. Cloning is cheap: a clone uses the same
/// connections.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    recorder: Option<TrafficRecorder>,
}

impl HttpClient {
    pub(crate) fn new(client: reqwest::Client) -> Self {
        Self {
            client,
            recorder: None,
        }
    }

    /// Returns the same client, whose requests `recorder` records.
    pub(crate) fn recorded_by(&self, recorder: &TrafficRecorder) -> Self {
        Self {
            client: self.client.clone(),
            recorder: Some(recorder.clone()),
        }
    }

    pub(crate) fn recorder(&self) -> Option<&TrafficRecorder> {
        self.recorder.as_ref()
    }

    /// Begins a GET request; [`Self::send`] sends it.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.client.get(url)
    }

    /// Begins a POST request; [`Self::send`] sends it.
    pub(crate) fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.client.post(url)
    }

    /// Sends a request and returns the response, whose body is still to be read.
    pub async fn send(&self, request: RequestBuilder) -> Result<OpenResponse, reqwest::Error> {
        let request = request.build()?;
        let exchange = Exchange::begin(self.recorder.as_ref(), &request);
        self.execute(request, exchange).await
    }

    /// Sends a request for a segment, which `recorder` records if it is answered.
    pub async fn send_recorded(
        &self,
        request: RequestBuilder,
        recorder: Option<&TrafficRecorder>,
    ) -> Result<OpenResponse, reqwest::Error> {
        let request = request.build()?;
        let exchange = Exchange::begin(recorder, &request).optional();
        self.execute(request, exchange).await
    }

    async fn execute(
        &self,
        request: reqwest::Request,
        mut exchange: Exchange,
    ) -> Result<OpenResponse, reqwest::Error> {
        match self.client.execute(request).await {
            Ok(response) => {
                exchange.answered(&response);
                Ok(OpenResponse { response, exchange })
            }
            Err(error) => {
                exchange.failed(&error);
                Err(error)
            }
        }
    }
}

/// A response whose body is still to be read. It is recorded when it is dropped.
#[derive(Debug)]
pub struct OpenResponse {
    response: Response,
    exchange: Exchange,
}

impl OpenResponse {
    /// Returns the next part of the body; `None` after the last.
    pub async fn chunk(&mut self) -> Result<Option<impl Deref<Target = [u8]>>, reqwest::Error> {
        let chunk = self.response.chunk().await;
        if let Err(error) = &chunk {
            self.exchange.failed(error);
        }
        chunk
    }

    /// Reads the beginning of a body that is of no use, if it is recorded: it may say why.
    pub async fn record_beginning(&mut self) {
        let is_encoded = !ContentCoding::of(self.response.headers()).is_empty();
        if is_encoded || !self.exchange.is_recorded() {
            return;
        }
        let chunk = tokio::time::timeout(BEGINNING_TIMEOUT, self.response.chunk()).await;
        if let Ok(Ok(Some(beginning))) = chunk {
            let kept = &beginning[..beginning.len().min(MAX_BEGINNING_BYTES)];
            let size = self.response.content_length();
            let size = size.and_then(|size| usize::try_from(size).ok());
            self.exchange.body(kept, size.unwrap_or(kept.len()));
        }
    }

    /// Returns what is recorded of it.
    pub fn exchange(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Returns the connection after the protocol was switched, and what is recorded of it.
    pub(crate) async fn upgrade(self) -> Result<(Upgraded, Exchange), reqwest::Error> {
        Ok((self.response.upgrade().await?, self.exchange))
    }
}

impl Deref for OpenResponse {
    type Target = Response;

    fn deref(&self) -> &Response {
        &self.response
    }
}
