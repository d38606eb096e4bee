//! The report as it is shown, and as it is sent to somebody who helps.

use serde_json::{Value, json};
use token::watch::{KeyPlace, Seen, Sight, Sighting};

use super::{Holder, tokens::Examination};
use crate::{Catalogue, Finding, Layer, Level, modules::ModuleReport};

/// What was found in every layer.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every finding, from the bottom layer up.
    pub findings: Vec<Finding>,
    pub(super) sight: Sight,
    pub(super) seen: Seen,
    /// Programs that use keys.
    pub holders: Vec<Holder>,
    /// Every module that was asked.
    pub modules: Vec<ModuleReport>,
    pub(super) tokens: Vec<Examination>,
}

/// How much the report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Serial numbers of tokens.
    pub serials: bool,
    /// Labels of tokens and holders of certificates.
    pub names: bool,
}

impl Report {
    /// Whether nothing stands in the way.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.problem().is_none()
    }

    /// The report with what a shell knows besides.
    #[must_use]
    pub fn and(mut self, findings: Vec<Finding>) -> Self {
        self.findings.extend(findings);
        self
    }

    /// The first problem, from the bottom up: what is to be mended first.
    #[must_use]
    pub fn problem(&self) -> Option<&Finding> {
        let problems = self.findings.iter().filter(|finding| finding.level == Level::Problem);
        problems.min_by_key(|finding| finding.code.layer())
    }

    /// The worst that was found in a layer.
    #[must_use]
    pub fn level(&self, layer: Layer) -> Level {
        let of_layer = self.findings.iter().filter(|finding| finding.code.layer() == layer);
        of_layer.map(|finding| finding.level).max().unwrap_or(Level::Good)
    }

    /// The report as JSON.
    #[must_use]
    pub fn to_json(&self, words: &Catalogue, told: Told) -> Value {
        let layers = Layer::ALL.map(|layer| json!({ "layer": layer, "state": self.level(layer) }));
        let findings: Vec<Value> = self.findings.iter().map(|finding| hidden(finding, told).to_json(words)).collect();
        json!({
            "schema": 1,
            "program": {
                "version": env!("CARGO_PKG_VERSION"), "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
            },
            "healthy": self.is_healthy(),
            "layers": layers,
            "findings": findings,
            "hardware": self.hardware(),
            "modules": self.modules,
            "tokens": self.tokens.iter().map(|token| token_json(token, told)).collect::<Vec<_>>(),
        })
    }

    /// A ZIP archive with the report, without any name of a person or company, to be sent.
    #[must_use]
    pub fn bundle(&self, words: &Catalogue, own_folder: Option<&str>) -> Vec<u8> {
        let report = self.to_json(words, Told { serials: false, names: false });
        let text = serde_json::to_string_pretty(&report).unwrap_or_default();
        // The name of the person's folder is the person's name.
        let text =
            own_folder.filter(|folder| folder.len() > 1).map_or(text.clone(), |folder| text.replace(folder, "~"));
        crate::archive::archive(&[("doctor.json", text.as_bytes())])
    }

    fn hardware(&self) -> Value {
        let usb = self.seen.usb.iter().flatten().map(|device| {
            json!({ "id": device.id.to_string(), "manufacturer": device.manufacturer, "product": device.product })
        });
        json!({
            "readers": self.seen.cards.readers.iter().map(|reader| &reader.name).collect::<Vec<_>>(),
            "keys": self.sight.keys.iter().map(key_json).collect::<Vec<_>>(),
            "usb": usb.collect::<Vec<_>>(),
            "holders": self.holders,
        })
    }
}

/// By what an unknown key can be entered into the device table.
fn key_json(key: &Sighting) -> Value {
    let (reader, atr, usb, product) = match &key.place {
        KeyPlace::Reader { name, atr, .. } => (Some(name), atr.as_ref().map(ToString::to_string), None, None),
        KeyPlace::Usb { id, product, .. } => (None, None, Some(id.to_string()), product.as_ref()),
    };
    json!({
        "state": key.state.name(), "reader": reader, "atr": atr, "usb": usb, "product": product,
        "known": key.known.as_ref().map(|known| &known.name),
        "confirmed": key.known.as_ref().map(|known| known.confirmed),
    })
}

fn token_json(token: &Examination, told: Told) -> Value {
    let [manufacturer, model, serial] = &token.facts;
    json!({
        "provider": token.token.provider,
        "label": told.names.then_some(&token.token.label),
        "manufacturer": manufacturer,
        "model": model,
        "serial": told.serials.then_some(serial),
    })
}

/// The finding without names, where they are not to be told.
fn hidden(finding: &Finding, told: Told) -> Finding {
    let mut finding = finding.clone();
    if !told.names {
        for name in ["token", "holder"] {
            finding.data.entry(name).and_modify(|value| *value = "…".into());
        }
    }
    finding
}
