//! The page tree, walked with a guard against loops, and what pages inherit (ISO 32000-2, 7.7.3).

use super::file::View;
use super::node::{Dictionary, Node, ObjectId};
use crate::error::Damage;
use std::collections::BTreeSet;

/// Far more than any tender document has.
const MAX_PAGES: usize = 1_000_000;

/// A rectangle in default user space, its corners in order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rectangle {
    pub(crate) left: f64,
    pub(crate) bottom: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
}

impl Rectangle {
    fn is_empty(self) -> bool {
        self.left >= self.right || self.bottom >= self.top
    }

    fn intersection(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        }
    }

    pub(crate) fn overlaps(self, other: Self) -> bool {
        !self.intersection(other).is_empty()
    }
}

/// How far a page is turned clockwise when displayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

/// One page as displayed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page {
    pub(crate) id: ObjectId,
    /// What is displayed: the crop box as far as it lies in the media box.
    pub(crate) visible: Rectangle,
    pub(crate) rotation: Rotation,
    /// Size of one user space unit in 1/72 inch.
    pub(crate) user_unit: f64,
}

/// What a page takes from the nodes above it.
#[derive(Clone, Default)]
struct Inherited {
    media_box: Option<Node>,
    crop_box: Option<Node>,
    rotate: Option<Node>,
}

impl View<'_> {
    /// All pages in order.
    pub(crate) fn pages(&self) -> Result<Vec<Page>, Damage> {
        let missing = Damage::Entry { entry: "/Root/Pages" };
        let catalog = self.catalog()?;
        let pages = catalog.node.dictionary().and_then(|catalog| catalog.get("Pages"));
        let root = pages.and_then(Node::reference).ok_or(missing)?;
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![(root, Inherited::default())];
        while let Some((id, inherited)) = open.pop() {
            if !seen.insert(id) {
                return Err(Damage::PageTreeLoop);
            }
            self.visit(id, inherited, &mut open, &mut found)?;
            if found.len() + open.len() > MAX_PAGES {
                return Err(Damage::Limit { limit: "pages" });
            }
        }
        if found.is_empty() { Err(Damage::NoPages) } else { Ok(found) }
    }

    fn visit(
        &self,
        id: ObjectId,
        mut inherited: Inherited,
        open: &mut Vec<(ObjectId, Inherited)>,
        found: &mut Vec<Page>,
    ) -> Result<(), Damage> {
        let object = self.object(id)?.ok_or(Damage::Object { id })?;
        let dictionary = object.node.dictionary().ok_or(Damage::Object { id })?;
        inherited.media_box = self.get(dictionary, "MediaBox")?.or(inherited.media_box);
        inherited.crop_box = self.get(dictionary, "CropBox")?.or(inherited.crop_box);
        inherited.rotate = self.get(dictionary, "Rotate")?.or(inherited.rotate);
        match self.get(dictionary, "Kids")? {
            Some(kids) if !dictionary.has_type("Page") => {
                let kids = kids.array().ok_or(Damage::Entry { entry: "/Kids" })?;
                for kid in kids.iter().rev() {
                    let kid = kid.reference().ok_or(Damage::Entry { entry: "/Kids" })?;
                    open.push((kid, inherited.clone()));
                }
            }
            _ if dictionary.has_type("Pages") => {} // an empty branch
            _ => found.push(self.page(id, dictionary, &inherited)?),
        }
        Ok(())
    }

    fn page(&self, id: ObjectId, dictionary: &Dictionary, inherited: &Inherited) -> Result<Page, Damage> {
        let malformed = |entry| Damage::Entry { entry };
        let media = inherited.media_box.as_ref().and_then(|node| self.rectangle(node));
        let media = media.filter(|media| !media.is_empty()).ok_or(malformed("/MediaBox"))?;
        let crop = inherited.crop_box.as_ref().and_then(|node| self.rectangle(node));
        let visible = crop.map(|crop| crop.intersection(media)).filter(|both| !both.is_empty()).unwrap_or(media);
        let degrees = inherited.rotate.as_ref().map_or(Some(0.0), Node::number).unwrap_or(0.0);
        let user_unit = self.get(dictionary, "UserUnit")?.and_then(|node| node.number());
        let user_unit = user_unit.filter(|unit| *unit > 0.0 && unit.is_finite()).unwrap_or(1.0);
        Ok(Page { id, visible, rotation: rotation(degrees), user_unit })
    }

    /// A rectangle with its corners in order; `None` when it is not four finite numbers.
    pub(crate) fn rectangle(&self, node: &Node) -> Option<Rectangle> {
        let node = self.resolve_all(node).ok()?;
        let numbers: Vec<f64> = node.array()?.iter().map(Node::number).collect::<Option<_>>()?;
        let &[x0, y0, x1, y1] = numbers.as_slice() else { return None };
        // beyond this no reader draws, and sums would lose millimetres
        let sane = numbers.iter().all(|number| number.abs() < 1e7);
        let (left, right) = (x0.min(x1), x0.max(x1));
        sane.then_some(Rectangle { left, bottom: y0.min(y1), right, top: y0.max(y1) })
    }
}

/// Readers ignore a rotation that is no multiple of 90 degrees.
fn rotation(degrees: f64) -> Rotation {
    let turned = degrees.rem_euclid(360.0);
    if turned == 90.0 {
        Rotation::Quarter
    } else if turned == 180.0 {
        Rotation::Half
    } else if turned == 270.0 {
        Rotation::ThreeQuarters
    } else {
        Rotation::None
    }
}
