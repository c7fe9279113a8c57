// SPDX-License-Identifier: Apache-2.0
package pagerace.harness;

import java.util.stream.Stream;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.element.PackageElement;
import pagerace.race.Catalogue;

/** Writes the harnesses into the package marked with {@link EmitHarnesses}. */
@SupportedAnnotationTypes("pagerace.harness.EmitHarnesses")
public final class HarnessProcessor extends SourceProcessor {
    @Override
    protected void emitInto(PackageElement marked) {
        String packageName = marked.getQualifiedName().toString();
        Stream.concat(Catalogue.points(), Catalogue.CANARY.points().stream())
                .filter(HarnessSource::isEmittedFor)
                .forEach(point -> emit(
                        marked,
                        HarnessSource.className(point),
                        HarnessSource.of(packageName, point),
                        "the harness of " + point.key()));
        Catalogue.BUILT_IN.forEach(race -> emit(
                marked,
                HarnessSource.className(race),
                HarnessSource.of(packageName, race),
                "the harness of own fixes of " + race.name()));
    }
}
