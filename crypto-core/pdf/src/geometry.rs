//! From millimetres on the displayed page to default user space (ISO 32000-2, 8.3.2 and 14.11.2).
//!
//! What a person sees is the crop box, turned clockwise by `/Rotate`, one unit being `UserUnit`/72 inch.

use crate::read::{Page, Rectangle, Rotation};

/// Points in a millimetre.
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// A seal's place on one page, in default user space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    /// The annotation's `/Rect`.
    pub(crate) rect: Rectangle,
    /// The appearance: its own box, and how it is turned.
    pub(crate) form: FormSpace,
}

/// The coordinate system of an appearance stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct FormSpace {
    /// Width as displayed, in user space units.
    pub(crate) width: f64,
    /// Height as displayed.
    pub(crate) height: f64,
    /// `/Matrix`: turns the appearance against the page, so that it is upright as displayed.
    pub(crate) matrix: [f64; 6],
}

impl Page {
    /// Width and height as displayed, in millimetres.
    pub(crate) fn displayed_mm(&self) -> (f64, f64) {
        let width = (self.visible.right - self.visible.left) / self.units_per_mm();
        let height = (self.visible.top - self.visible.bottom) / self.units_per_mm();
        match self.rotation {
            Rotation::None | Rotation::Half => (width, height),
            Rotation::Quarter | Rotation::ThreeQuarters => (height, width),
        }
    }

    fn units_per_mm(&self) -> f64 {
        POINTS_PER_MM / self.user_unit
    }

    /// The place of a seal of `width` × `height` mm, its centre `centre` mm right of and below the top left corner of
    /// the displayed page.
    pub(crate) fn place(&self, centre: (f64, f64), (width, height): (f64, f64)) -> Place {
        let unit = self.units_per_mm();
        let (x, y) = self.point(centre.0 * unit, centre.1 * unit);
        let (width, height) = (width * unit, height * unit);
        let (half_x, half_y) = match self.rotation {
            Rotation::None | Rotation::Half => (width / 2.0, height / 2.0),
            Rotation::Quarter | Rotation::ThreeQuarters => (height / 2.0, width / 2.0),
        };
        let rect = Rectangle { left: x - half_x, bottom: y - half_y, right: x + half_x, top: y + half_y };
        Place { rect, form: FormSpace { width, height, matrix: matrix(self.rotation, width, height) } }
    }

    /// User space point of what is `right` and `down` units from the displayed top left corner.
    fn point(&self, right: f64, down: f64) -> (f64, f64) {
        let page = self.visible;
        match self.rotation {
            Rotation::None => (page.left + right, page.top - down),
            Rotation::Quarter => (page.left + down, page.bottom + right),
            Rotation::Half => (page.right - right, page.bottom + down),
            Rotation::ThreeQuarters => (page.right - down, page.top - right),
        }
    }
}

/// Turns counterclockwise by the page's rotation and moves the result back to the origin.
fn matrix(rotation: Rotation, width: f64, height: f64) -> [f64; 6] {
    match rotation {
        Rotation::None => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
        Rotation::Quarter => [0.0, 1.0, -1.0, 0.0, height, 0.0],
        Rotation::Half => [-1.0, 0.0, 0.0, -1.0, width, height],
        Rotation::ThreeQuarters => [0.0, -1.0, 1.0, 0.0, 0.0, width],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::ObjectId;

    fn page(rotation: Rotation, user_unit: f64) -> Page {
        let visible = Rectangle { left: 100.0, bottom: 50.0, right: 500.0, top: 850.0 };
        Page { id: ObjectId { number: 1, generation: 0 }, visible, rotation, user_unit }
    }

    #[test]
    fn the_displayed_corner_is_found_for_each_rotation() {
        let corners = [
            (Rotation::None, (100.0, 850.0)),
            (Rotation::Quarter, (100.0, 50.0)),
            (Rotation::Half, (500.0, 50.0)),
            (Rotation::ThreeQuarters, (500.0, 850.0)),
        ];
        for (rotation, corner) in corners {
            assert_eq!(page(rotation, 1.0).point(0.0, 0.0), corner, "{rotation:?}");
        }
    }

    #[test]
    fn an_inch_is_72_units_whatever_the_unit_is_worth() {
        let place = page(Rotation::None, 1.0).place((25.4, 25.4), (25.4, 50.8));
        assert!((place.rect.left - 136.0).abs() < 1e-9 && (place.rect.top - 850.0).abs() < 1e-9);
        let place = page(Rotation::None, 2.0).place((25.4, 25.4), (25.4, 50.8));
        assert!((place.rect.left - 118.0).abs() < 1e-9 && (place.rect.right - 154.0).abs() < 1e-9);
    }

    #[test]
    fn the_matrix_fills_the_rectangle() {
        for rotation in [Rotation::None, Rotation::Quarter, Rotation::Half, Rotation::ThreeQuarters] {
            let place = page(rotation, 1.0).place((60.0, 60.0), (40.0, 30.0));
            let [a, b, c, d, e, f] = place.form.matrix;
            let corners = [(0.0, 0.0), (place.form.width, place.form.height)];
            let mapped = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
            let (width, height) = (place.rect.right - place.rect.left, place.rect.top - place.rect.bottom);
            let low = (mapped[0].0.min(mapped[1].0), mapped[0].1.min(mapped[1].1));
            let high = (mapped[0].0.max(mapped[1].0), mapped[0].1.max(mapped[1].1));
            assert!(low.0.abs() < 1e-9 && low.1.abs() < 1e-9, "{rotation:?}");
            assert!((high.0 - width).abs() < 1e-9 && (high.1 - height).abs() < 1e-9, "{rotation:?}");
        }
    }
}
