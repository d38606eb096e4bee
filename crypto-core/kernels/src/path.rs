//! The ways through the processor, fastest first.

use std::sync::OnceLock;

/// A set of instructions that the kernels can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Path {
    /// GFNI on 512-bit vectors, carry-less products of four blocks at once (Intel since 2019, AMD since Zen 4).
    GfniAvx512,
    /// GFNI on 256-bit vectors.
    GfniAvx2,
    /// AES-NI between nibble tables, on 256-bit vectors: any PC since about 2013.
    AesAvx2,
    /// Bit planes in plain integers: every processor.
    Portable,
}

impl Path {
    /// Every path, fastest first.
    pub const ALL: [Self; 4] = [Self::GfniAvx512, Self::GfniAvx2, Self::AesAvx2, Self::Portable];

    /// Whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::GfniAvx512 => {
                Self::GfniAvx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("vpclmulqdq")
            }
            #[cfg(target_arch = "x86_64")]
            Self::GfniAvx2 => {
                is_x86_feature_detected!("gfni")
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("pclmulqdq")
            }
            #[cfg(target_arch = "x86_64")]
            Self::AesAvx2 => {
                is_x86_feature_detected!("aes")
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("pclmulqdq")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::GfniAvx512 | Self::GfniAvx2 | Self::AesAvx2 => false,
            Self::Portable => true,
        }
    }

    /// The fastest one that this processor has.
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Path> = OnceLock::new();
        *BEST.get_or_init(|| Self::ALL.into_iter().find(|path| path.is_available()).unwrap_or(Self::Portable))
    }

    /// Its name in benchmarks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GfniAvx512 => "gfni-avx512",
            Self::GfniAvx2 => "gfni-avx2",
            Self::AesAvx2 => "aes-avx2",
            Self::Portable => "portable",
        }
    }
}
