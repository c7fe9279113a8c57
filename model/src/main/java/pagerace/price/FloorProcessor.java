// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.HashSet;
import java.util.Set;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.element.PackageElement;
import pagerace.harness.SourceProcessor;

/** Writes the floors into the package marked with {@link EmitFloors}. */
@SupportedAnnotationTypes("pagerace.price.EmitFloors")
public final class FloorProcessor extends SourceProcessor {
    @Override
    protected void emitInto(PackageElement marked) {
        String packageName = marked.getQualifiedName().toString();
        Set<String> emitted = new HashSet<>();
        PriceList.series().stream()
                .flatMap(series -> series.variants().stream())
                .forEach(priced -> Course.of(priced)
                        .filter(FloorSource::isShort)
                        .filter(course -> emitted.add(FloorSource.className(course)))
                        .ifPresent(course -> emit(
                                marked,
                                FloorSource.className(course),
                                FloorSource.of(packageName, priced.key(), course),
                                "the floor of " + priced.key())));
    }
}
