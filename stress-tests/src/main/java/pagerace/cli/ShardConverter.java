// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import pagerace.report.Shard;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 3/16} as an option. */
final class ShardConverter implements ITypeConverter<Shard> {
    @Override
    public Shard convert(String text) {
        try {
            return Shard.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(text + " is no shard, write I/N with I from 1 to N, for instance 3/16");
        }
    }
}
