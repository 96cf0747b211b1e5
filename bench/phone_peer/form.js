// The same question on a form page of SurveyJS: one tap answers and ends it, and a page says that it was taken. It is asked
// for less than ours: nothing is kept on the phone, nothing is evaluated, nothing is sent.

const survey = new Survey.Model({
  title: "Ride home",
  completedHtml: "<p id='taken'>Taken</p>",
  autoAdvanceEnabled: true,
  autoAdvanceAllowComplete: true,
  pages: [{ elements: [{
    type: "radiogroup",
    name: "ride_confirmed",
    title: "Will you drive Sam home?",
    choices: [{ value: "yes", text: "Yes" }, { value: "no", text: "No" }],
  }] }],
});
survey.render(document.getElementById("form"));
