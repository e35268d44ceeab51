package dev.ballast.cli.picture;

import dev.ballast.plan.Plan;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** A picture, read back. */
record Drawing(String svg, Document document) {
  static Drawing of(Plan plan) throws Exception {
    return of(PlanPicture.svg(plan));
  }

  static Drawing of(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    DocumentBuilder builder = factory.newDocumentBuilder();
    return new Drawing(svg, builder.parse(new InputSource(new StringReader(svg))));
  }

  List<Element> elements(String name) {
    return elements(document.getElementsByTagName(name));
  }

  List<String> writing() {
    return elements("text").stream().map(Element::getTextContent).toList();
  }

  List<Element> buffers() {
    return elements("g").stream().filter(g -> g.getAttribute("id").startsWith("buffer-")).toList();
  }

  Element buffer(int id) {
    return buffers().stream()
        .filter(g -> g.getAttribute("id").equals("buffer-" + id))
        .findFirst()
        .orElseThrow();
  }

  static List<Element> rects(Element of) {
    return elements(of.getElementsByTagName("rect"));
  }

  static double number(Element e, String attribute) {
    return Double.parseDouble(e.getAttribute(attribute));
  }

  private static List<Element> elements(NodeList nodes) {
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }
}
