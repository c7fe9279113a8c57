// SPDX-License-Identifier: Apache-2.0
package pagerace.explore;

/** Turns the values of words into text for traces: the bits of a PTE, the flags of a folio. */
@FunctionalInterface
public interface Decoder {
    /** Every value as a decimal number. */
    Decoder DECIMAL = (word, value) -> Long.toString(value);

    /** A value of the word that setup called {@code word}, decoded. */
    String value(String word, long value);

    /** Bits of that word which an operation sets or clears, decoded. */
    default String mask(String word, long mask) {
        return "0x" + Long.toHexString(mask);
    }

    /** A decoder that decodes masks by {@code mask}, and values as this one does. */
    default Decoder withMasks(Decoder mask) {
        Decoder values = this;
        return new Decoder() {
            @Override
            public String value(String word, long value) {
                return values.value(word, value);
            }

            @Override
            public String mask(String word, long bits) {
                return mask.value(word, bits);
            }
        };
    }
}
