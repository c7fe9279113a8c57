// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.io.IOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.Set;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedAnnotationTypes;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.Element;
import javax.lang.model.element.PackageElement;
import javax.lang.model.element.TypeElement;
import javax.tools.Diagnostic;

/** Writes the floors into the package marked with {@link EmitFloors}. */
@SupportedAnnotationTypes("pagerace.price.EmitFloors")
public final class FloorProcessor extends AbstractProcessor {
    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (Element marked : round.getElementsAnnotatedWith(EmitFloors.class)) {
            String packageName = ((PackageElement) marked).getQualifiedName().toString();
            Set<String> emitted = new HashSet<>();
            PriceList.series().stream()
                    .flatMap(series -> series.variants().stream())
                    .forEach(priced -> Course.of(priced)
                            .filter(FloorSource::isShort)
                            .filter(course -> emitted.add(FloorSource.className(course)))
                            .ifPresent(course -> emit(packageName, priced, course, marked)));
        }
        return false;
    }

    private void emit(String packageName, Priced priced, Course course, Element origin) {
        String name = packageName + "." + FloorSource.className(course);
        try (Writer writer =
                processingEnv.getFiler().createSourceFile(name, origin).openWriter()) {
            writer.write(FloorSource.of(packageName, priced.key(), course));
        } catch (IOException e) {
            processingEnv
                    .getMessager()
                    .printMessage(
                            Diagnostic.Kind.ERROR, "cannot write the floor of " + priced.key() + ": " + e, origin);
        }
    }
}
