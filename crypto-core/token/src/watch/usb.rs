//! USB devices by vendor and product: the trigger for keys that are no smart cards.

use crate::devices::UsbId;

/// One USB device. Its serial number is not read: it would name the person's key in every report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsbDevice {
    /// Vendor and product.
    pub id: UsbId,
    /// Bus and address, `001/007` on Linux as below `/dev/bus/usb`.
    pub port: String,
    /// What it calls its maker.
    pub manufacturer: Option<String>,
    /// What it calls itself.
    pub product: Option<String>,
    /// It has a smart card interface (CCID, USB class 0x0B) and is seen by PC/SC.
    pub is_smart_card: bool,
}

/// The devices cannot be listed here (a container without `/sys`, a refused permission).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsbUnavailable(pub String);

/// Lists USB devices.
pub trait UsbBus: Send {
    /// What is plugged in now.
    ///
    /// # Errors
    /// [`UsbUnavailable`].
    fn devices(&self) -> Result<Vec<UsbDevice>, UsbUnavailable>;
}

/// The USB devices of this computer. Listing reads a few small files: it is asked again at every look, because the
/// notifications of the system come from a service (udev) that containers and small systems do not have.
#[derive(Debug, Clone, Copy)]
pub struct SystemUsb;

/// USB class of smart card interfaces.
const CCID: u8 = 0x0b;

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
impl UsbBus for SystemUsb {
    fn devices(&self) -> Result<Vec<UsbDevice>, UsbUnavailable> {
        use nusb::MaybeFuture;
        let listed = nusb::list_devices().wait().map_err(|error| UsbUnavailable(error.to_string()))?;
        let mut devices: Vec<UsbDevice> = listed.map(|info| device(&info)).collect();
        devices.sort_by(|a, b| a.port.cmp(&b.port));
        Ok(devices)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
impl UsbBus for SystemUsb {
    fn devices(&self) -> Result<Vec<UsbDevice>, UsbUnavailable> {
        Err(UsbUnavailable("USB devices cannot be listed on this system".to_owned()))
    }
}

#[cfg(any(target_os = "linux", target_os = "macos", windows))]
fn device(info: &nusb::DeviceInfo) -> UsbDevice {
    #[cfg(target_os = "linux")]
    let bus = format!("{:03}", info.busnum());
    #[cfg(not(target_os = "linux"))]
    let bus = info.bus_id().to_owned();
    UsbDevice {
        id: UsbId { vendor: info.vendor_id(), product: info.product_id() },
        port: format!("{bus}/{:03}", info.device_address()),
        manufacturer: info.manufacturer_string().map(str::to_owned),
        product: info.product_string().map(str::to_owned),
        is_smart_card: info.class() == CCID || info.interfaces().any(|interface| interface.class() == CCID),
    }
}
