// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import pagerace.price.PriceFile;
import pagerace.report.Json;
import pagerace.report.NotWhole;
import picocli.CommandLine.Option;

/** The prices that a run of the benchmarks left, if the user has some. */
final class PricesOption {
    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description =
                    "A prices.json of the benchmarks: its prices stand beside the verdicts, unless a control says that"
                            + " they are void; then the report says why.")
    private @Nullable Path file;

    /**
     * What the file says; null if none was named.
     *
     * @throws BadInput if it cannot be read as prices
     */
    @Nullable
    PriceFile read() {
        if (file == null) {
            return null;
        }
        PriceFile prices;
        try {
            prices = Json.read(Files.readString(file), PriceFile.class);
        } catch (NoSuchFileException e) {
            throw new BadInput(
                    "There is no file " + file + "; the benchmarks write one, prices.json, into the directory that"
                            + " their option --output names.");
        } catch (NotWhole e) {
            throw notPrices(": it " + e.getMessage());
        } catch (JsonProcessingException | CharacterCodingException e) {
            throw notPrices("");
        } catch (IOException e) {
            throw new BadInput("The file " + file + " cannot be read: " + e.getMessage() + ".");
        }
        if (prices.schema() != PriceFile.SCHEMA) {
            throw notPrices(": it is of version " + prices.schema());
        }
        prices.uncontrolled().findFirst().ifPresent(subject -> {
            throw notPrices(": it lacks the control of " + subject);
        });
        return prices;
    }

    private BadInput notPrices(String why) {
        return new BadInput("The file " + file + " is not a price file of version " + PriceFile.SCHEMA + why
                + "; the benchmarks write one, prices.json.");
    }
}
